import Bytes

/// Reads one answer of HTTP/0.9, 1.0 or 1.1 as its bytes come, at any split.
///
/// It takes what real and hostile servers send: every stream of bytes has a
/// reading within the limits, with what was wrong in `anomalies`. 1xx answers are noted and
/// skipped, except 101, after which no HTTP follows.
package struct HTTPReader: Sendable {
    private enum State: Sendable {
        case head, length(Int), chunked, untilClose, done
    }

    private let isHead: Bool
    private let isConnect: Bool
    private let limits: HTTPLimits
    private var state = State.head
    private var pending: [UInt8] = []
    /// Bytes of `pending` known not to end the head.
    private var scanned = 0
    /// Bytes before `scanned` in its line.
    private var lineLength = 0
    /// A line that is not empty stands before `scanned`.
    private var sawLine = false
    private var chunks: ChunkReader

    /// Nil as long as not a byte came.
    package private(set) var version: HTTPVersion?
    package private(set) var status: Int?
    package private(set) var informational: [Int] = []
    package private(set) var statusLine: [UInt8]?
    /// The last head as received, at most `limits.keptHead` bytes.
    package private(set) var head: [UInt8] = []
    package private(set) var headers = HTTPHeaders()
    /// The body without its transfer coding, at most `limits.body` bytes.
    package private(set) var body: [UInt8] = []
    package private(set) var bodyIsTruncated = false
    package private(set) var anomalies = HTTPAnomalies()
    /// Nil as long as more bytes are wanted.
    package private(set) var end: HTTPEnd?
    /// The server keeps the connection for another request.
    package private(set) var keepsAlive = false

    /// - Parameter method: of the request: an answer to HEAD has no body, nor one that opens a tunnel.
    package init(method: String, limits: HTTPLimits = HTTPLimits()) {
        isHead = method == "HEAD"
        isConnect = method == "CONNECT"
        self.limits = limits
        chunks = ChunkReader(limits)
    }

    /// Takes the next bytes from the server; `end` tells whether more are wanted.
    package mutating func read(_ bytes: Span<UInt8>) {
        switch state {
        case .head:
            pending.append(bytes)
            readHead()
        case .length, .chunked, .untilClose:
            readBody(bytes)
        case .done:
            if !bytes.isEmpty { noteExcess() }
        }
    }

    /// The connection ended.
    package mutating func closed() {
        guard end == nil else { return }
        switch state {
        case .head:
            guard !pending.isEmpty else { return finish(.closed) }
            if isStatusLine() == false {
                beginWithoutHead()
                finish(.complete)
            } else {
                anomalies.insert(.headIncomplete)
                take(HTTPHead(pending.span, headerLimit: limits.headers), pending)
                finish(.closed)
            }
        case .untilClose: finish(.complete)
        case .length, .chunked:
            anomalies.insert(.bodyIncomplete)
            finish(.closed)
        case .done: break
        }
    }

    /// The owner's time is up.
    package mutating func timedOut() {
        guard end == nil else { return }
        if case .head = state, !pending.isEmpty {
            if isStatusLine() == false {
                beginWithoutHead()
            } else {
                anomalies.insert(.headIncomplete)
                take(HTTPHead(pending.span, headerLimit: limits.headers), pending)
            }
        }
        finish(.timeout)
    }

    private mutating func readHead() {
        while case .head = state {
            if isStatusLine() == false { return beginWithoutHead() }
            guard let count = headLength() else {
                if pending.count > limits.head { cutHead() }
                return
            }
            guard count <= limits.head else { return cutHead() }
            let bytes = Array(pending[..<count])
            pending.removeFirst(count)
            scanned = 0
            lineLength = 0
            sawLine = false
            take(HTTPHead(bytes.span, headerLimit: limits.headers), bytes)
            guard let status, 100..<200 ~= status, status != 101 else { return beginBody() }
            anomalies.insert(.informationalResponse)
            informational.append(status)
            guard informational.count <= limits.informational else {
                anomalies.insert(.tooManyInformational)
                return finish(.limit)
            }
        }
    }

    /// The place after the empty line that ends the head; empty lines before its first line don't.
    private mutating func headLength() -> Int? {
        while scanned < pending.count {
            let byte = pending[scanned]
            scanned += 1
            guard byte == 0x0a else {
                lineLength += 1
                continue
            }
            let isEmpty = lineLength == 0 || lineLength == 1 && pending[scanned - 2] == 0x0d
            lineLength = 0
            if isEmpty, sawLine { return scanned }
            if !isEmpty { sawLine = true }
        }
        return nil
    }

    /// Whether the answer begins as HTTP/1.x does; nil when that can't be told yet.
    private func isStatusLine() -> Bool? {
        let start = pending.prefix(16).prefix(while: isLineEnd).count
        var place = start
        for expected in "http/".utf8 {
            guard place < pending.count else { return nil }
            guard lowercased(pending[place]) == expected else { return false }
            place += 1
        }
        return true
    }

    /// HTTP/0.9, or no HTTP at all: everything is body.
    private mutating func beginWithoutHead() {
        version = .http09
        anomalies.insert(.noStatusLine)
        state = .untilClose
        let bytes = pending
        pending = []
        readBody(bytes.span)
    }

    private mutating func take(_ read: HTTPHead, _ bytes: [UInt8]) {
        version = read.version
        status = read.status
        statusLine = read.statusLine
        headers = read.headers
        head = Array(bytes.prefix(limits.keptHead))
        anomalies.insert(read.anomalies)
    }

    private mutating func cutHead() {
        anomalies.insert(.headTooLarge)
        take(HTTPHead(pending.span.extracting(first: limits.head), headerLimit: limits.headers), pending)
        pending = []
        finish(.limit)
    }

    private mutating func beginBody() {
        // What follows in a tunnel is none of the answer (RFC 9110, section 9.3.6).
        let hasNoBody = isHead || isConnect && 200..<300 ~= status ?? 0
        switch HTTPFraming(status: status, headers, isHead: hasNoBody, anomalies: &anomalies) {
        case .none: state = .length(0)
        case .length(let count): state = .length(count)
        case .chunked: state = .chunked
        case .untilClose: state = .untilClose
        }
        let rest = pending
        pending = []
        readBody(rest.span)
    }

    private mutating func readBody(_ bytes: Span<UInt8>) {
        switch state {
        case .length(let wanted):
            let count = min(wanted, bytes.count)
            guard keep(bytes.extracting(first: count)) else { return }
            state = .length(wanted - count)
            guard wanted == count else { return }
            complete()
            if count < bytes.count { noteExcess() }
        case .chunked:
            let step = chunks.read(bytes, into: &body)
            anomalies.insert(chunks.anomalies)
            switch step {
            case .more: break
            case .end(let consumed):
                complete()
                if consumed < bytes.count { noteExcess() }
            case .full: cutBody()
            case .broken: finish(.broken)
            }
        case .untilClose: _ = keep(bytes)
        case .head, .done: break
        }
    }

    /// Appends to the body; false when it is full, which ends the exchange.
    private mutating func keep(_ bytes: Span<UInt8>) -> Bool {
        let room = limits.body - body.count
        body.append(bytes.extracting(first: room))
        guard bytes.count > room else { return true }
        cutBody()
        return false
    }

    private mutating func cutBody() {
        bodyIsTruncated = true
        finish(.limit)
    }

    /// The answer is whole; whether another request may follow is RFC 9112, section 9.3.
    private mutating func complete() {
        finish(.complete)
        let options = headers.indices.filter { headers.isNamed("connection", $0) }
            .flatMap { headers.value($0).split(separator: 0x2c) }
            .map { String(decoding: $0.filter { !isBlank($0) }.map(lowercased), as: UTF8.self) }
        keepsAlive =
            status != 101 && !options.contains("close")
            && (version == .http11 || options.contains("keep-alive"))
            && !anomalies.contains(.contentLengthAndTransferEncoding)
    }

    private mutating func noteExcess() {
        guard end == .complete else { return }
        anomalies.insert(.excessBytes)
        keepsAlive = false
    }

    private mutating func finish(_ end: HTTPEnd) {
        self.end = end
        state = .done
    }
}

private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0a || byte == 0x0d }
