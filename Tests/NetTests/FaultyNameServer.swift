import Foundation
import Glibc
import Synchronization

/// A name server on loopback with every name at 127.0.0.1; names that begin with `big` fit in no datagram of
/// its.
final class FaultyNameServer: Sendable {
    /// What becomes of a connection over TCP.
    enum Stream: CaseIterable, Sendable {
        case refused, reset, closed, silent
        /// One question is answered, and then the connection ends.
        case one
    }

    let port: UInt16
    private let isUp = Mutex(true)
    private let isGone = Mutex(false)

    init(_ stream: Stream) {
        let datagrams = Self.bound(Int32(SOCK_DGRAM.rawValue), 0)
        port = datagrams.port
        let listener = stream == .refused ? -1 : Self.bound(Int32(SOCK_STREAM.rawValue), port).descriptor
        Thread.detachNewThread { [weak self, port] in
            var descriptor = datagrams.descriptor
            while let self, !self.isGone.withLock({ $0 }) {
                if self.isUp.withLock({ $0 }) {
                    if descriptor < 0 { descriptor = Self.bound(Int32(SOCK_DGRAM.rawValue), port).descriptor }
                    Self.answerOne(descriptor)
                } else {
                    // Whoever asks now is told at once that nobody listens.
                    if descriptor >= 0 { close(descriptor) }
                    descriptor = -1
                    usleep(5000)
                }
            }
            if descriptor >= 0 { close(descriptor) }
        }
        guard listener >= 0 else { return }
        listen(listener, 64)
        Thread.detachNewThread { [weak self] in
            while self?.isGone.withLock({ $0 }) == false {
                var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
                guard poll(&waiting, 1, 50) > 0 else { continue }
                let client = accept(listener, nil, nil)
                Thread.detachNewThread { Self.serve(client, stream) }
            }
            close(listener)
        }
    }

    deinit { isGone.withLock { $0 = true } }

    /// The server goes away, and comes back.
    func setUp(_ isUp: Bool) { self.isUp.withLock { $0 = isUp } }

    private static func bound(_ type: Int32, _ port: UInt16) -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, type, 0)
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, 4)
        var limit = timeval(tv_sec: 0, tv_usec: 20_000)
        if type == Int32(SOCK_DGRAM.rawValue) {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, length)
                _ = getsockname(descriptor, $0, &length)
            }
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    private static func answerOne(_ descriptor: Int32) {
        var message = [UInt8](repeating: 0, count: 1500)
        var sender = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &sender) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                let count = recvfrom(descriptor, &message, message.count, 0, $0, &length)
                guard count > 16 else { return }
                let isBig = message[13..<16].elementsEqual("big".utf8)
                let answer = answer(Array(message[..<count]), isCut: isBig)
                _ = sendto(descriptor, answer, answer.count, 0, $0, length)
            }
        }
    }

    /// The question with an address record behind it; nothing behind it for AAAA, or when it is cut off.
    private static func answer(_ question: [UInt8], isCut: Bool) -> [UInt8] {
        var end = 12
        while end < question.count, question[end] != 0 { end += 1 + Int(question[end]) }
        end += 5
        guard end <= question.count else { return [] }
        let hasRecord = !isCut && question[end - 3] == 1
        return question[0..<2] + [0x81 | (isCut ? 2 : 0), 0x80, 0, 1, 0, hasRecord ? 1 : 0, 0, 0, 0, 0]
            + question[12..<end]
            + (hasRecord ? [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1] : [])
    }

    private static func serve(_ client: Int32, _ stream: Stream) {
        defer { close(client) }
        if stream == .reset {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        }
        var message = [UInt8](repeating: 0, count: 1500)
        let count = recv(client, &message, message.count, 0)
        guard count > 18 else { return }
        switch stream {
        case .refused, .reset, .closed: break
        case .silent: _ = recv(client, &message, message.count, 0)
        case .one:
            let answer = answer(Array(message[2..<count]), isCut: false)
            let framed = [UInt8(answer.count >> 8), UInt8(answer.count & 0xff)] + answer
            _ = send(client, framed, framed.count, Int32(MSG_NOSIGNAL))
        }
    }
}
