/// One packet of a capture, as the file says of it.
package struct CaptureFrame: Equatable, Sendable {
    /// Counted from 1 over the whole file, as Wireshark's `frame.number`.
    package var number: Int

    /// Nanoseconds since 1970, UTC.
    package var time: Int64

    /// The link layer's type, by tcpdump's registry (`LINKTYPE_`).
    package var link: UInt32

    /// Bytes that the packet had on the wire.
    package var length: Int
}

/// What is wrong with a file from one place on.
package struct CaptureDamage: Equatable, Sendable {
    package enum Reason: String, Sendable {
        case noCapture = "is neither pcap nor pcapng"
        case version = "has a version that is not known"
        case length = "has a length that can't be"
        case interface = "belongs to an interface that was not described"
        case cut = "is cut off"
    }

    package var reason: Reason

    /// The number that the packet would have had.
    package var frame: Int

    /// Where it begins, in bytes from the beginning of the file.
    package var offset: Int

    package init(reason: Reason, frame: Int, offset: Int) {
        self.reason = reason
        self.frame = frame
        self.offset = offset
    }
}
