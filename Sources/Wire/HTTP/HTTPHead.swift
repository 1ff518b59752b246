/// The head of an HTTP/1.x answer: status line and headers, read tolerantly (RFC 9112).
///
/// Whatever a server sends has a reading; what is against the rules is in `anomalies`.
package struct HTTPHead: Equatable, Sendable {
    package var version = HTTPVersion.http11
    package var status: Int?
    /// The status line without its line end.
    package var statusLine: [UInt8] = []
    package var headers = HTTPHeaders()
    package var anomalies = HTTPAnomalies()
    /// The present header is one too many, and so are the lines folded to it.
    private var isOverLimit = false

    /// Reads a head from its first byte to the end of its empty line, or as much of it as came.
    package init(_ bytes: Span<UInt8>, headerLimit: Int = HTTPLimits().headers) {
        var lines = Lines(bytes)
        while let line = lines.next(bytes) {
            if line.isEmpty {
                guard statusLine.isEmpty else { break }
                anomalies.insert(.bytesBeforeStatusLine)
            } else if statusLine.isEmpty {
                readStatusLine(bytes.extracting(line))
            } else {
                readHeader(bytes.extracting(line), headerLimit)
            }
        }
        if lines.sawBareLF { anomalies.insert(.bareLF) }
        if headers.isEmpty { anomalies.insert(.noHeaders) }
        inspect(bytes)
    }

    /// `HTTP/1.1 200 OK`: version, blank, three digits, blank, reason (section 4).
    ///
    /// Real servers leave out the second blank with the reason; that is no anomaly here.
    private mutating func readStatusLine(_ line: Span<UInt8>) {
        for index in line.indices { statusLine.append(line[index]) }
        version = line.count > 7 && line[5] == 0x31 && line[7] == 0x30 ? .http10 : .http11
        var place = 5
        while place < line.count, !isBlank(line[place]) { place += 1 }
        let isVersion = place == 8 && isDigit(line[5]) && line[6] == 0x2e && isDigit(line[7])
        var blanks = 0
        while place < line.count, isBlank(line[place]) {
            place += 1
            blanks += 1
        }
        var code = 0
        let start = place
        while place < line.count, place < start + 4, isDigit(line[place]) {
            code = code * 10 + Int(line[place] - 0x30)
            place += 1
        }
        let digits = place - start
        if digits > 0 { status = code }
        let isProper =
            isVersion && blanks == 1 && digits == 3 && (place == line.count || line[place] == 0x20)
            && code >= 100 && line[0] == 0x48 && line[1] == 0x54 && line[2] == 0x54 && line[3] == 0x50
        if !isProper { anomalies.insert(.invalidStatusLine) }
    }

    private mutating func readHeader(_ line: Span<UInt8>, _ limit: Int) {
        if line[0] == 0x20 || line[0] == 0x09 {
            anomalies.insert(.obsFold)
            if !isOverLimit { headers.extendLast(line.extracting(trimmed(line, line.indices))) }
            return
        }
        var colon = 0
        while colon < line.count, line[colon] != 0x3a { colon += 1 }
        guard headers.count < limit else {
            isOverLimit = true
            anomalies.insert(.tooManyHeaders)
            return
        }
        let name = trimmed(line, 0..<colon)
        let value = trimmed(line, min(colon + 1, line.count)..<line.count)
        if colon == line.count { anomalies.insert(.headerWithoutColon) }
        if name.count < colon { anomalies.insert(.blankBeforeColon) }
        if !isToken(line.extracting(name)) { anomalies.insert(.invalidHeaderName) }
        headers.append(name: line.extracting(name), value: line.extracting(value))
    }

    /// Looks for characters that have no place in a head.
    private mutating func inspect(_ bytes: Span<UInt8>) {
        var high = false
        for index in bytes.indices {
            let byte = bytes[index]
            if byte >= 0x80 {
                high = true
            } else if byte == 0 {
                anomalies.insert(.nulInHead)
            } else if byte == 0x0d {
                if index + 1 < bytes.count, bytes[index + 1] != 0x0a { anomalies.insert(.bareCR) }
            } else if byte < 0x20 && byte != 0x09 && byte != 0x0a || byte == 0x7f {
                anomalies.insert(.controlInHead)
            }
        }
        guard high else { return }
        let isUTF8 = unsafe bytes.withUnsafeBufferPointer {
            unsafe String(validating: $0, as: UTF8.self) != nil
        }
        if !isUTF8 { anomalies.insert(.nonUTF8Head) }
    }
}

/// Lines that end with LF, with or without a CR before it.
private struct Lines {
    private var start = 0
    private let end: Int
    var sawBareLF = false

    init(_ bytes: Span<UInt8>) { end = bytes.count }

    /// The next line without its end; the last one may have none.
    mutating func next(_ bytes: Span<UInt8>) -> Range<Int>? {
        guard start < end else { return nil }
        var place = start
        while place < end, bytes[place] != 0x0a { place += 1 }
        let begin = start
        start = place + 1
        guard place < end else { return begin..<end }
        guard place > begin, bytes[place - 1] == 0x0d else {
            sawBareLF = true
            return begin..<place
        }
        return begin..<(place - 1)
    }
}

func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

/// `range` of `bytes` without the blanks and tabs at its ends.
private func trimmed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    var end = range.upperBound
    while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
    while start < end, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
    return start..<end
}

/// Whether `name` is a token (RFC 9110, section 5.6.2).
private func isToken(_ name: Span<UInt8>) -> Bool {
    for index in name.indices where !isTokenByte(name[index]) { return false }
    return !name.isEmpty
}
