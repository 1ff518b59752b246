package import Wire

/// What came for one request on HTTP/2.
package struct HTTP2Answer: Sendable {
    package var status: Int?
    package var informational: [Int] = []
    package var headers = HTTPHeaders()
    package var body: [UInt8] = []
    package var bodyIsTruncated = false
    package var anomalies = HTTPAnomalies()
    /// Nil as long as more is wanted.
    package var end: HTTPEnd?

    /// Bytes of header names and values so far, each with the 32 bytes that RFC 9113, section 6.5.2 counts.
    private var headerBytes = 0
    /// The present block's `:status`.
    private var blockStatus: Int?
    private var block = HTTPHeaders()

    package init() {}

    /// A header block begins: the answer's, a 1xx answer's, or trailers.
    mutating func beginBlock() {
        block = HTTPHeaders()
        blockStatus = nil
    }

    /// Takes one header; false when there are more than are read.
    mutating func take(_ name: Span<UInt8>, _ value: Span<UInt8>, _ limits: HTTPLimits) -> Bool {
        headerBytes += name.count + value.count + 32
        guard headerBytes <= limits.head else {
            anomalies.insert(.headTooLarge)
            return false
        }
        if name.count > 0, name[0] == 0x3a {
            if isStatus(name) { blockStatus = number(value) }
            return true
        }
        guard block.count < limits.headers else {
            anomalies.insert(.tooManyHeaders)
            return false
        }
        block.append(name: name, value: value)
        return true
    }

    /// The block is whole, or as whole as it is read.
    mutating func endBlock() {
        if status != nil {
            if !block.isEmpty { anomalies.insert(.trailers) }
        } else if let blockStatus, 100..<200 ~= blockStatus {
            informational.append(blockStatus)
            anomalies.insert(.informationalResponse)
        } else {
            if blockStatus == nil { anomalies.insert(.invalidStatusLine) }
            if block.isEmpty { anomalies.insert(.noHeaders) }
            status = blockStatus ?? 0
            headers = block
        }
        block = HTTPHeaders()
    }

    /// Takes body bytes; false when there are more than are read.
    mutating func take(_ bytes: Span<UInt8>, _ limit: Int) -> Bool {
        let room = limit - body.count
        for index in 0..<min(room, bytes.count) { body.append(bytes[index]) }
        guard bytes.count > room else { return true }
        bodyIsTruncated = true
        end = .limit
        return false
    }

    mutating func finish(_ end: HTTPEnd) {
        if self.end == nil { self.end = end }
    }

    private func isStatus(_ name: Span<UInt8>) -> Bool {
        let expected: [UInt8] = [0x3a, 0x73, 0x74, 0x61, 0x74, 0x75, 0x73]
        return name.count == expected.count && name.indices.allSatisfy { name[$0] == expected[$0] }
    }

    private func number(_ value: Span<UInt8>) -> Int? {
        guard value.count == 3 else { return nil }
        var number = 0
        for index in value.indices {
            guard value[index] &- 0x30 < 10 else { return nil }
            number = number * 10 + Int(value[index] - 0x30)
        }
        return number
    }
}
