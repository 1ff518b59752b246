import Bytes
import Foundation
import Glibc
import TLSClient
import TestSupport
import Wire

/// What a grab over a blocking socket came to.
struct GrabAnswer {
    var action = Grab.Action.wait
    var flight = ServerFlight()

    /// The chain's certificates in DER.
    var certificates: [[UInt8]] { (0..<flight.chain.count).map(certificate) }

    /// Every read, and the grab as it was before the first one.
    var reads: [[UInt8]] = []
    var started = Grab()

    private func certificate(_ index: Int) -> [UInt8] {
        flight.chain.withString(index) { string in
            var bytes: [UInt8] = []
            bytes.append(string)
            return bytes
        }
    }
}

/// Grabs from 127.0.0.1 with a blocking socket.
func grab(
    _ port: UInt16,
    look: ClientHello.Look = .default,
    serverName: String = "server.test",
    context: GrabContext? = nil
) throws -> GrabAnswer {
    let context = try context ?? GrabContext()
    var answer = GrabAnswer()
    var grab = Grab()
    let socket = try Socket(port)
    grab.start(look, serverName: Array(serverName.utf8), context: context, flight: &answer.flight)
    answer.started = grab
    socket.send(context.outgoing)
    while true {
        switch socket.receive() {
        case .bytes(let bytes):
            answer.reads.append(bytes)
            answer.action = grab.receive(bytes.span, context: context, flight: &answer.flight)
        case .closed:
            answer.action = grab.closed(.close, context: context, flight: &answer.flight)
        case .reset:
            answer.action = grab.closed(.reset, context: context, flight: &answer.flight)
        case .silence:
            answer.action = grab.closed(.timeout, context: context, flight: &answer.flight)
        }
        switch answer.action {
        case .wait: continue
        case .send: socket.send(context.outgoing)
        case .certificate, .failed, .proven: return answer
        }
    }
}

/// A blocking TCP connection to 127.0.0.1.
final class Socket {
    enum Event { case bytes([UInt8]), closed, reset, silence }

    struct Failure: Error { let text: String }

    private let descriptor: CInt

    init(_ port: UInt16) throws {
        descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(text: "no connection to \(port): \(errno)") }
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) {
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    func receive() -> Event {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        if count > 0 { return .bytes(Array(bytes[..<count])) }
        if count == 0 { return .closed }
        return errno == ECONNRESET ? .reset : .silence
    }
}

/// The certificates in PEM text, in DER.
func certificates(pem text: String) -> [[UInt8]] {
    text.components(separatedBy: "-----BEGIN CERTIFICATE-----").dropFirst().map { part in
        let body = part.components(separatedBy: "-----END").first ?? ""
        return Array(Data(base64Encoded: body, options: .ignoreUnknownCharacters) ?? Data())
    }
}

/// What `openssl s_client -showcerts` gets.
func clientCertificates(_ port: UInt16, _ arguments: [String] = []) throws -> [[UInt8]] {
    let result = try run(
        "openssl",
        ["s_client", "-connect", "127.0.0.1:\(port)", "-showcerts", "-servername", "server.test"] + arguments
    )
    return certificates(pem: result.text)
}

/// `openssl s_server` with a certificate.
func openSSLServer(_ certificate: TestCertificate, _ arguments: [String]) throws -> ServerProcess {
    try ServerProcess("openssl") { port, _ in
        [
            "s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificate.certificate, "-key",
            certificate.key, "-quiet",
        ] + arguments
    }
}
