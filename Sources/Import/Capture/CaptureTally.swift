/// What a capture held, and what of it could not be read.
package struct CaptureTally: Equatable, Sendable {
    /// Something that was there and could not be read: how often, and in which frame first.
    package struct Unread: Equatable, Sendable {
        package private(set) var count = 0
        package private(set) var firstFrame = 0

        mutating func add(_ number: Int = 1, frame: Int) {
            guard number > 0 else { return }
            firstFrame = count == 0 ? frame : min(firstFrame, frame)
            count += number
        }
    }

    package var frames = 0
    /// Frames without TCP or UDP over IP.
    package var otherFrames = 0
    /// Connections of TCP, and pairs of ends that UDP was sent between.
    package var flows = 0
    /// Of them, those that were handed on.
    package var connections = 0
    /// Connections of HTTP that went over to TLS, and so were handed on twice.
    package var partFlows = 0
    /// Those without a byte of payload, and those that speak neither TLS nor HTTP.
    package var emptyFlows = 0
    package var otherFlows = 0
    /// TLS that had begun before the capture did.
    package var midstream = Unread()
    package var quic = Unread()
    /// Frames of a link layer that is not known, by its number.
    package var unknownLinks: [UInt32: Unread] = [:]
    /// Frames whose headers end early or say what can't be.
    package var malformed = Unread()
    /// Frames of which the capture kept too little, and connections that lack bytes for it.
    package var cut = Unread()
    /// Packets of which not all fragments came.
    package var fragments = 0
    /// Connections in whose handshake or answer bytes are missing.
    package var holes = Unread()
    /// Connections whose packets stand so far from their order that their begin came too late.
    package var disordered = Unread()
    /// Handshakes and answers that the capture ends in.
    package var cutOff = Unread()
    /// Connections that were ended early for want of room.
    package var crowded = Unread()
    /// HTTP answers without their requests.
    package var lackingRequests = Unread()
    package var damages: [CaptureDamage] = []
    /// Damages beyond those that are kept.
    package var moreDamages = 0
    /// Bytes of the file that could not be read.
    package var unreadBytes = 0
    /// Packets that the capturing program says it has lost.
    package var droppedPackets = 0

    package static let maximumDamages = 64
    static let maximumLinks = 64

    package init() {}
}
