import Foundation
import Glibc
import Synchronization

/// A TCP server on loopback that does the same few steps on every connection.
package final class ScriptedPeer: Sendable {
    package enum Step: Sendable {
        case send([UInt8])
        /// The bytes so many times, or until the client is gone.
        case sendAgain([UInt8], Int)
        /// The bytes one by one, with as many milliseconds in between.
        case drip([UInt8], UInt32)
        /// Waits until at least as many bytes came, or the client's end.
        case read(Int)
        case readToEnd
        /// Closes with a reset.
        case reset
        /// Does nothing until the client closes, unless it never does.
        case hold
    }

    package let port: UInt16
    private let listener: Int32
    private let bytes = Mutex<[UInt8]>([])

    /// - Parameter isIPv6: whether it listens on ::1 in place of 127.0.0.1.
    package init(isIPv6: Bool = false, _ steps: [Step]) throws {
        listener = socket(isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        port = listener < 0 ? 0 : Self.bindLoopback(listener, isIPv6)
        guard port != 0, listen(listener, 1024) == 0 else {
            throw CommandFailure(description: "no scripted peer: \(String(cString: strerror(errno)))")
        }
        Thread.detachNewThread { [weak self, listener] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { break }
                Thread.detachNewThread { [weak self] in
                    let received = Self.play(steps, client)
                    self?.bytes.withLock { $0 += received }
                }
            }
            // Not earlier, lest this thread accepts for whoever got the same number.
            close(listener)
        }
    }

    deinit {
        // Ends the accepting thread.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// What the clients sent, so far as the script read it and is over.
    package var received: [UInt8] { bytes.withLock { $0 } }

    private static func play(_ steps: [Step], _ client: Int32) -> [UInt8] {
        var received: [UInt8] = []
        for step in steps {
            switch step {
            case .send(let bytes): _ = send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            case .sendAgain(let bytes, let times):
                var left = times
                while left > 0, send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) > 0 { left -= 1 }
            case .drip(let bytes, let milliseconds):
                for byte in bytes {
                    guard send(client, [byte], 1, Int32(MSG_NOSIGNAL)) == 1 else { break }
                    usleep(milliseconds * 1000)
                }
            case .read(let count):
                let end = received.count + count
                while received.count < end, read(client, &received) {}
            case .readToEnd, .hold: while read(client, &received) {}
            case .reset:
                var option = linger(l_onoff: 1, l_linger: 0)
                setsockopt(client, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
            }
        }
        close(client)
        return received
    }

    private static func read(_ client: Int32, _ received: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(client, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        received += buffer.prefix(count)
        return true
    }

    /// Binds to a free port and returns it, or 0.
    private static func bindLoopback(_ descriptor: Int32, _ isIPv6: Bool) -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { storage in
            if isIPv6 {
                storage.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    $0.pointee.sin6_family = sa_family_t(AF_INET6)
                    $0.pointee.sin6_addr = in6addr_loopback
                }
                length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            } else {
                storage.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    $0.pointee.sin_family = sa_family_t(AF_INET)
                    $0.pointee.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
                }
                length = socklen_t(MemoryLayout<sockaddr_in>.size)
            }
            return storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(descriptor, address, length) == 0,
                    getsockname(descriptor, address, &length) == 0
                else { return 0 }
                return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    UInt16(bigEndian: $0.pointee.sin_port)  // in the same place for both families
                }
            }
        }
    }
}
