import Dispatch
import Foundation
import Glibc
import Synchronization

/// Why metrics can't be given out.
package struct MetricsError: Error, CustomStringConvertible {
    package let description: String
}

/// Gives the newest metrics to whoever asks for them by HTTP.
///
/// A scraper asks every few seconds. A client that sends nothing, or much, is dropped after a second or
/// 8 KiB.
package final class MetricsServer: Sendable {
    private let descriptor: CInt
    /// The port that was taken; the one that was asked for, unless that was 0.
    package let port: UInt16
    private let text = Mutex("")
    /// So many are answered at a time.
    private let places = DispatchSemaphore(value: 64)

    /// Listens.
    ///
    /// - Parameter place: `127.0.0.1:9100` or `[::1]:9100`.
    package init(_ place: String) throws(MetricsError) {
        descriptor = try Self.listener(place)
        self.port = Self.port(of: descriptor)
        let thread = Thread { [self] in serve() }
        thread.name = "metrics"
        thread.start()
    }

    /// Finds out whether it could listen there.
    package static func check(_ place: String) throws(MetricsError) { close(try listener(place)) }

    private static func listener(_ place: String) throws(MetricsError) -> CInt {
        func failure(_ what: String) -> MetricsError {
            MetricsError(description: "\(place): \(what): \(String(cString: strerror(errno)))")
        }
        guard let (host, port) = parts(place) else {
            throw MetricsError(description: "\(place) is no ADDRESS:PORT")
        }
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, port, &hints, &found) == 0, let address = found else {
            throw MetricsError(description: "\(place): \(host) is no address")
        }
        defer { freeaddrinfo(found) }
        let family = address.pointee.ai_family
        let descriptor = socket(family, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure("no socket") }
        var yes: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        guard bind(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0,
            listen(descriptor, 128) == 0
        else {
            let error = failure("cannot listen")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// What is given out from now on.
    package func publish(_ metrics: MetricsText) { text.withLock { $0 = metrics.text } }

    static func parts(_ place: String) -> (host: String, port: String)? {
        guard let colon = place.lastIndex(of: ":"), UInt16(place[place.index(after: colon)...]) != nil else {
            return nil
        }
        var host = place[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        return host.isEmpty ? nil : (String(host), String(place[place.index(after: colon)...]))
    }

    private static func port(of descriptor: CInt) -> UInt16 {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &storage) { bytes in
            guard let base = bytes.baseAddress,
                getsockname(descriptor, base.assumingMemoryBound(to: sockaddr.self), &size) == 0
            else { return 0 }
            // The port stands at the same place in both families.
            return UInt16(bytes[2]) << 8 | UInt16(bytes[3])
        }
    }

    /// Until the program ends: the thread holds nothing that has to be given back.
    private func serve() {
        while true {
            let client = accept(descriptor, nil, nil)
            guard client >= 0 else {
                if errno != EINTR && errno != ECONNABORTED { usleep(100_000) }
                continue
            }
            // Whoever connects and says nothing must not keep those waiting who ask.
            places.wait()
            let thread = Thread { [self] in
                answer(client)
                close(client)
                places.signal()
            }
            thread.stackSize = 256 << 10
            thread.start()
        }
    }

    private func answer(_ client: CInt) {
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        guard let head = head(client) else { return }
        let line = head.split(separator: "\r\n", maxSplits: 1).first ?? ""
        let words = line.split(separator: " ")
        guard words.count == 3, words[0] == "GET" || words[0] == "HEAD" else {
            return send(
                "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                client
            )
        }
        guard words[1] == "/metrics" || words[1].hasPrefix("/metrics?") else {
            return send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", client)
        }
        let body = text.withLock { $0 }
        let start =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
            + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
        send(words[0] == "GET" ? start + body : start, client)
    }

    /// What comes before the empty line; nil when it does not come soon.
    private func head(_ client: CInt) -> String? {
        var bytes: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 4096)
        // A client that sends a byte a second has as much time as one that sends it all.
        let end = ContinuousClock.now + .seconds(2)
        while ContinuousClock.now < end {
            let count = recv(client, &room, room.count, 0)
            guard count > 0 else { return nil }
            bytes += room[..<count]
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.firstRange(of: "\r\n\r\n") { return String(text[..<end.lowerBound]) }
            guard bytes.count <= 8192 else { return nil }
        }
        return nil
    }

    private func send(_ text: String, _ client: CInt) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                Glibc.send(client, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
