import Foundation
import Glibc

/// A name server on loopback that says nothing, or the same code to every question.
final class LameNameServer: Sendable {
    let port: UInt16
    private let descriptor: Int32
    private let code: UInt8?

    /// - Parameter code: the RCODE of each answer, such as 2 for SERVFAIL; nil for silence.
    init(code: UInt8?) {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        self.descriptor = descriptor
        self.code = code
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, length)
                _ = getsockname(descriptor, $0, &length)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard let code else { return }
        Thread.detachNewThread { Self.answer(descriptor, code) }
    }

    deinit {
        // Ends the answering thread, which then closes the socket.
        shutdown(descriptor, Int32(SHUT_RDWR))
        if code == nil { close(descriptor) }
    }

    private static func answer(_ descriptor: Int32, _ code: UInt8) {
        var message = [UInt8](repeating: 0, count: 1500)
        var sender = sockaddr_in()
        var count = 1
        while count > 0 {
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutablePointer(to: &sender) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    count = recvfrom(descriptor, &message, message.count, 0, $0, &length)
                    guard count > 12 else { return }
                    message[2] |= 0x80  // an answer
                    message[3] = code
                    _ = sendto(descriptor, message, count, 0, $0, length)
                }
            }
        }
        close(descriptor)
    }
}
