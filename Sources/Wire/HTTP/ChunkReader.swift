import Bytes

/// Undoes the chunked transfer coding (RFC 9112, section 7.1), byte by byte.
package struct ChunkReader: Sendable {
    package enum Step: Sendable, Equatable {
        /// All bytes are taken and more are needed.
        case more
        /// The coding's end was reached; `consumed` bytes were taken.
        case end(consumed: Int)
        /// A byte of data more than is wanted came.
        case full
        /// The coding can't be followed further, or costs more than it may.
        case broken
    }

    private enum State: Sendable {
        case size, sizeExtension, data, dataEnd, trailer
    }

    private let limits: HTTPLimits
    private var state = State.size
    /// Bytes of the present line.
    private var line = 0
    private var digits = 0
    private var size = 0
    private var overhead = 0
    private var trailerBytes = 0
    private var lineIsBlank = true
    private var sawBlank = false
    package private(set) var anomalies = HTTPAnomalies()

    package init(_ limits: HTTPLimits) { self.limits = limits }

    /// Takes `bytes` and appends the data among them to `body`.
    package mutating func read(_ bytes: Span<UInt8>, into body: inout [UInt8]) -> Step {
        var index = 0
        while index < bytes.count {
            if state == .data {
                let wanted = min(size, bytes.count - index)
                let room = limits.body - body.count
                body.append(bytes.extracting(index..<(index + min(wanted, room))))
                guard wanted <= room else { return .full }
                index += wanted
                size -= wanted
                if size == 0 { begin(.dataEnd) }
                continue
            }
            let byte = bytes[index]
            index += 1
            overhead += 1
            guard overhead <= limits.chunkOverhead else { return fail(.chunkOverhead) }
            line += 1
            guard let step = take(byte) else { continue }
            if case .end = step { return .end(consumed: index) }
            return step
        }
        return .more
    }

    /// One byte outside the data; a step when it ends the coding.
    private mutating func take(_ byte: UInt8) -> Step? {
        switch state {
        case .size: return takeSize(byte)
        case .sizeExtension:
            if byte == 0x0a { return endOfSize() }
            guard line <= limits.chunkLine else { return fail(.chunkSizeInvalid) }
        case .dataEnd:
            if byte == 0x0a {
                begin(.size)
            } else if byte != 0x0d || line > 1 {
                return fail(.chunkEndMissing)
            }
        case .trailer:
            trailerBytes += 1
            guard trailerBytes <= limits.head else { return fail(.headTooLarge) }
            if byte == 0x0a {
                if lineIsBlank { return .end(consumed: 0) }
                begin(.trailer)
            } else if byte != 0x0d {
                lineIsBlank = false
                anomalies.insert(.trailers)
            }
        case .data: break
        }
        return nil
    }

    private mutating func takeSize(_ byte: UInt8) -> Step? {
        guard line <= limits.chunkLine else { return fail(.chunkSizeInvalid) }
        switch byte {
        case 0x0a: return endOfSize()
        case 0x0d: break
        // Some servers pad the size with blanks behind it.
        case 0x20, 0x09: sawBlank = true
        case 0x3b: state = .sizeExtension
        default:
            // However many zeros come first: a browser reads on, and so must who says what it would see.
            guard let digit = byte.hexValue, !sawBlank, size < 1 << 59 else {
                return fail(.chunkSizeInvalid)
            }
            size = size << 4 | Int(digit)
            digits += 1
        }
        return nil
    }

    private mutating func endOfSize() -> Step? {
        guard digits > 0 else { return fail(.chunkSizeInvalid) }
        begin(size == 0 ? .trailer : .data)
        return nil
    }

    private mutating func begin(_ next: State) {
        state = next
        line = 0
        digits = 0
        sawBlank = false
        lineIsBlank = true
    }

    private mutating func fail(_ anomaly: HTTPAnomaly) -> Step {
        anomalies.insert(anomaly)
        return .broken
    }
}
