import Glibc

/// Reads and writes of a descriptor, taken up again after a signal.
///
/// The errors are the system's: `errno` tells of the last call.
package enum DescriptorIO {
    /// Reads once: what is there, at most as much as there is room for.
    ///
    /// - Returns: how many bytes; 0 at the end, and -1 for an error.
    package static func read(_ descriptor: Int32, into room: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let count = Glibc.read(descriptor, room.baseAddress, room.count)
            if count >= 0 || errno != EINTR { return count }
        }
    }

    /// Fills the room with what stands from `place` on.
    ///
    /// - Returns: how many bytes, fewer where the file ends, and -1 for an error.
    package static func read(
        _ descriptor: Int32,
        at place: Int,
        into room: UnsafeMutableRawBufferPointer
    ) -> Int {
        var done = 0
        while done < room.count {
            let count = pread(descriptor, room.baseAddress.map { $0 + done }, room.count - done, place + done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? -1 : done }
            done += count
        }
        return done
    }

    /// Writes all bytes, behind one another or from `place` on.
    ///
    /// - Returns: false for an error; some of the bytes may be written then.
    package static func write(
        _ descriptor: Int32,
        _ bytes: UnsafeRawBufferPointer,
        at place: Int? = nil
    ) -> Bool {
        var done = 0
        while done < bytes.count {
            let start = bytes.baseAddress.map { $0 + done }
            let count =
                if let place { pwrite(descriptor, start, bytes.count - done, place + done) } else {
                    Glibc.write(descriptor, start, bytes.count - done)
                }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }
}
