import CSocketBatch
import Glibc
package import Wire

/// Packets that one system call sends.
package final class PacketBatch {
    package static let capacity = 128
    /// Bytes that a packet may have.
    package static let packetRoom = 96

    package private(set) var count = 0
    private let table = MessageTable(capacity: capacity, packetRoom: packetRoom)

    package init() {}

    package var isFull: Bool { count == Self.capacity }

    /// Adds a packet of at most `packetRoom` bytes; there is room for it.
    package func append(_ packet: Span<UInt8>, to address: IPAddress) {
        precondition(!isFull && packet.count <= Self.packetRoom)
        packet.withUnsafeBytes { bytes in
            UnsafeMutableRawBufferPointer(start: table.packet(count), count: bytes.count).copyMemory(
                from: bytes
            )
        }
        table.setLength(packet.count, of: count)
        // The port of a raw socket's address is the protocol, and 0 stands for the socket's own.
        let place = SocketAddress(address, port: 0)
        place.withSockaddr { table.address(count).copyMemory(from: $0, byteCount: Int(place.socketLength)) }
        table.messages[count].header.msg_namelen = place.socketLength
        count += 1
    }

    /// Sends the packets from the one at `place` on.
    ///
    /// - Returns: how many have left; less than were there when the next one could not be sent.
    /// - Throws: when the first of them could not be sent.
    package func send(from place: Int, on socket: RawSocket) throws(UVError) -> Int {
        guard place < count else { return 0 }
        let sent = socket_send_batch(socket.descriptor, table.messages + place, UInt32(count - place), 0)
        guard sent >= 0 else { throw UVError(code: -errno) }
        return Int(sent)
    }

    package func removeAll() { count = 0 }
}
