@testable import Net

/// A connection that notes what happens to it and does what its test says.
final class RecordingConnection: TCPConnection {
    var onConnected: (RecordingConnection) -> Void = { _ in }
    var onReceived: (RecordingConnection) -> Void = { _ in }
    var onClosed: (RecordingConnection) -> Void = { _ in }
    private(set) var bytes: [UInt8] = []
    private(set) var ends: [ConnectionEnd] = []

    override func connected() {
        onConnected(self)
    }

    override func received(_ bytes: Span<UInt8>) {
        for index in bytes.indices { self.bytes.append(bytes[index]) }
        onReceived(self)
    }

    override func closed(_ end: ConnectionEnd) {
        ends.append(end)
        onClosed(self)
    }

    func send(_ text: String) {
        send([UInt8](text.utf8).span)
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension SocketAddress {
    static func loopback(_ port: UInt16) -> SocketAddress { SocketAddress(ipv4: 0x7f00_0001, port: port) }
}
