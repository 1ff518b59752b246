import Bytes
import Wire

/// Reads HTTP/1 in the clear: pairs requests with answers, the first few of a connection.
final class HTTPConversation {
    /// Exchanges of one connection that are read.
    static let maximumExchanges = 4
    /// Bytes of a request's head, and of answers that wait for their request.
    private static let maximumHead = 64 * 1024

    /// A request and what came back for it.
    struct Exchange {
        var method: String
        var target: String
        var host: String?
        var reader: HTTPReader
        /// Bytes follow the answer that nobody asked for.
        var hasExcess = false
        /// Bytes of the answer came, and the capture does not have its end.
        var isCut = false
    }

    private(set) var exchanges: [Exchange] = []
    /// The request whose answer comes next.
    private var answered = 0
    /// Bytes of its answer have come.
    private var hasBegun = false
    private var head: [UInt8] = []
    /// Bytes of the present request's body that are still to come; nil when they can't be counted.
    private var body: Int? = 0
    private var early: [UInt8] = []
    private var requestsAreOver = false
    private var answersAreOver = false
    /// The connection may become a tunnel: CONNECT, or an Upgrade to TLS.
    private(set) var mayTunnel = false
    /// More requests follow than are read.
    private var isCut = false
    /// An answer came whose request was not captured.
    private(set) var lacksRequest = false

    var weight: Int {
        head.count + early.count + exchanges.reduce(0) { $0 + $1.reader.body.count + 4096 }
    }

    /// All that is read was seen.
    var isOver: Bool { answersAreOver || requestsAreOver && answered == exchanges.count }

    func take(_ bytes: Span<UInt8>, isRequest: Bool) {
        if isRequest { takeRequest(bytes) } else { takeAnswer(bytes) }
    }

    /// Whether the client's next byte belongs to no request's body.
    var awaitsRequest: Bool { body == 0 || requestsAreOver }

    /// Whether the capture ends within an answer.
    var breaksOff: Bool { exchanges.contains(where: \.isCut) }

    /// Bytes are missing: what follows can't be told apart.
    func lost(_ isRequest: Bool) {
        if isRequest {
            requestsAreOver = true
        } else {
            endAnswers(isCut: true)
        }
    }

    /// A side has ended its stream.
    ///
    /// - Parameter isEnd: false when it is the capture that has ended.
    func closed(_ isRequest: Bool, isEnd: Bool) {
        if isRequest { requestsAreOver = true } else { endAnswers(isCut: !isEnd) }
    }

    func finish(isEnd: Bool = false) {
        endAnswers(isCut: !isEnd)
        if exchanges.isEmpty, !early.isEmpty { lacksRequest = true }
        if !exchanges.isEmpty, !early.isEmpty, !mayTunnel, !isCut {
            exchanges[exchanges.count - 1].hasExcess = true
        }
        head = []
        early = []
    }

    // MARK: Requests

    private func takeRequest(_ bytes: Span<UInt8>) {
        guard !requestsAreOver, !mayTunnel else { return }
        var place = 0
        while place < bytes.count, !requestsAreOver, !mayTunnel {
            if let left = body, left > 0 {
                let count = min(left, bytes.count - place)
                body = left - count
                place += count
                continue
            }
            // Byte by byte to the empty line: heads are short.
            head.append(bytes[place])
            place += 1
            if Self.isWhole(head) { readRequest() }
            if head.count > Self.maximumHead { requestsAreOver = true }
        }
    }

    private static func isWhole(_ head: [UInt8]) -> Bool {
        guard head.last == 0x0a, head.count >= 4 else { return false }
        return head[head.count - 2] == 0x0a || head[head.count - 2] == 0x0d && head[head.count - 3] == 0x0a
    }

    private func readRequest() {
        let bytes = head
        head = []
        let line = bytes.prefix { $0 != 0x0a && $0 != 0x0d }
        let words = line.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 3, words[2].hasPrefix("HTTP/1."), words[0].utf8.allSatisfy(isTokenByte) else {
            requestsAreOver = true
            return
        }
        let headers = HTTPHead(bytes.span).headers
        exchanges.append(
            Exchange(
                method: words[0],
                target: words[1],
                host: headers.text("host"),
                reader: HTTPReader(method: words[0])
            )
        )
        mayTunnel = words[0] == "CONNECT" || headers.text("upgrade")?.lowercased().contains("tls") == true
        if exchanges.count == Self.maximumExchanges { isCut = true }
        // A body in chunks would have to be read to find the next request.
        if headers.first("transfer-encoding") != nil {
            isCut = true
        } else if let length = headers.text("content-length") {
            body = Int(length)
            if body == nil || length.hasPrefix("-") { isCut = true }
        }
        if isCut { requestsAreOver = true }
        guard !early.isEmpty else { return }
        let waiting = early
        early = []
        takeAnswer(waiting.span)
    }

    // MARK: Answers

    private func takeAnswer(_ bytes: Span<UInt8>) {
        var place = 0
        while place < bytes.count, !answersAreOver, answered < exchanges.count {
            place += readAnswer(bytes.extracting(place..<bytes.count))
        }
        guard place < bytes.count, !answersAreOver else { return }
        // The request may come later, where packets of both sides are out of order.
        let room = Self.maximumHead - early.count
        early.append(bytes.extracting(place..<place + min(room, bytes.count - place)))
        if bytes.count - place > room { endAnswers(isCut: false) }
    }

    /// Gives the present answer its bytes; returns how many they are.
    private func readAnswer(_ bytes: Span<UInt8>) -> Int {
        hasBegun = true
        let before = exchanges[answered].reader
        exchanges[answered].reader.read(bytes)
        guard let end = exchanges[answered].reader.end else { return bytes.count }
        var used = bytes.count
        if end == .complete, exchanges[answered].reader.anomalies.contains(.excessBytes) {
            // What follows answers the next request.
            used = Self.length(before, bytes)
            exchanges[answered].reader = before
            exchanges[answered].reader.read(bytes.extracting(0..<used))
        }
        let keepsAlive = exchanges[answered].reader.keepsAlive
        answered += 1
        hasBegun = false
        if !keepsAlive { answersAreOver = true }
        return used
    }

    /// How many of `bytes` an answer takes that ends within them.
    private static func length(_ reader: HTTPReader, _ bytes: Span<UInt8>) -> Int {
        var (low, high) = (1, bytes.count)
        while low < high {
            let middle = (low + high) / 2
            var copy = reader
            copy.read(bytes.extracting(0..<middle))
            if copy.end != nil { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private func endAnswers(isCut: Bool) {
        if answered < exchanges.count, !answersAreOver {
            if isCut, hasBegun {
                // How the answer would have gone on is not known, nor that anything is wrong with it.
                exchanges[answered].isCut = true
                exchanges[answered].reader.timedOut()
            } else {
                exchanges[answered].reader.closed()
            }
        }
        answersAreOver = true
    }
}
