import CSocketBatch
package import Wire

/// Reads packets from raw sockets, many with one system call.
package final class RawReader {
    /// A packet is read as far as an IPv4 header with all options, another inside of an ICMP message, and the
    /// TCP headers go.
    private let table = MessageTable(capacity: 64, packetRoom: 256)

    package init() {}

    /// Reads what waits.
    ///
    /// - Parameters:
    ///   - limit: after so many packets it is enough, though more may wait.
    ///   - take: takes the beginning of a packet and whom it came from.
    package func drain(_ socket: RawSocket, limit: Int, _ take: (Span<UInt8>, IPAddress) -> Void) {
        var read = 0
        while read < limit {
            for index in 0..<table.capacity {
                table.messages[index].header.msg_namelen = MessageTable.addressRoom
            }
            let came = socket_receive_batch(socket.descriptor, table.messages, UInt32(table.capacity), 0, nil)
            guard came > 0 else { return }
            for index in 0..<Int(came) {
                let message = table.messages[index]
                let length = Int(min(message.header.msg_namelen, MessageTable.addressRoom))
                guard let from = SocketAddress(UnsafeRawPointer(table.address(index)), length: length) else {
                    continue
                }
                let packet = UnsafeBufferPointer(
                    start: table.packet(index).assumingMemoryBound(to: UInt8.self),
                    count: min(Int(message.length), table.packetRoom)
                )
                take(packet.span, from.address)
            }
            read += Int(came)
            if came < table.capacity { return }
        }
    }
}
