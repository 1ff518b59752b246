import Foundation
import Glibc
import Synchronization
import TestSupport
import Wire

/// Carries out a dialogue over a socket.
struct Client {
    let socket: ClientSocket
    private(set) var dialogue: StartTLS
    private(set) var result = StartTLS.Action.wait

    init(_ name: StartTLSProtocol, port: UInt16, host: String = "server.test") throws {
        socket = try ClientSocket(port: port)
        dialogue = StartTLS(name, host: host)
        result = dialogue.connected()
        while true {
            switch result {
            case .send(let bytes):
                socket.send(bytes)
                result = .wait
            case .wait:
                let bytes = socket.receive()
                result = bytes.isEmpty ? dialogue.closed() : dialogue.received(bytes.span)
            case .upgrade(let bytes, _):
                socket.send(bytes)
                return
            case .fail: return
            }
        }
    }

    /// Has `openssl s_client` shake hands over this connection; returns what it says.
    func handshake() throws -> String {
        let listener = Listener()
        let server = socket.descriptor
        let framing = dialogue.framing
        let relay = Thread { Self.relay(listener, server, framing) }
        relay.start()
        let result = try run(
            "openssl",
            ["s_client", "-connect", "127.0.0.1:\(listener.port)", "-servername", "server.test"]
        )
        return result.text + result.errors
    }

    /// Moves bytes between one accepted connection and the server until either ends.
    private static func relay(_ listener: Listener, _ server: Int32, _ framing: StartTLSFraming) {
        var framing = framing
        let client = listener.accept()
        defer { close(client) }
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            var waits = [
                pollfd(fd: client, events: 1, revents: 0), pollfd(fd: server, events: 1, revents: 0),
            ]
            guard poll(&waits, 2, 60_000) > 0 else { return }
            if waits[0].revents != 0 {
                let count = recv(client, &buffer, buffer.count, 0)
                guard count > 0 else { return }
                let piece = Array(buffer[..<count])
                let bytes = framing.wrap(piece.span)
                guard Glibc.send(server, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
                    return
                }
            }
            if waits[1].revents != 0 {
                let count = recv(server, &buffer, buffer.count, 0)
                guard count > 0 else { return }
                let piece = Array(buffer[..<count])
                guard let bytes = framing.unwrap(piece.span) else { return }
                guard Glibc.send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
                    return
                }
            }
        }
    }
}

/// A listening socket on loopback.
final class Listener: Sendable {
    private let descriptor: Int32
    let port: UInt16

    init() {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, length)
                _ = listen(descriptor, 1)
                _ = getsockname(descriptor, $0, &length)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }

    func accept() -> Int32 { Glibc.accept(descriptor, nil, nil) }
}
