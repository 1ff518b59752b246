internal import CZlib
package import Wire

/// Undoes content codings (RFC 9110, section 8.4) and transfer codings (RFC 9112, section 7) up to a limit.
package enum ContentDecoder {
    package struct Result: Equatable, Sendable {
        /// The decoded bytes; as they came where a coding is unknown or broken from its first byte.
        package var body: [UInt8]
        /// The coded bytes had more to give.
        package var isTruncated = false
        package var anomalies = HTTPAnomalies()
    }

    /// Output for each byte of input from which on a body is called a bomb.
    ///
    /// A page of HTML shrinks to a tenth; deflate can't do better than 1 to 1,032.
    static let bombRatio = 100
    /// Codings one inside the other that are undone.
    static let depth = 3

    /// Undoes the codings that `headers` name, the last one first, the transfer's before the content's.
    ///
    /// A transfer coding that nobody asked for is undone, too, as curl does and browsers do not: a page
    /// behind one would be hidden from every mark.
    ///
    /// - Parameters:
    ///   - body: what was sent, without the chunks.
    ///   - isCut: `body` is only the beginning of what the server had to send.
    ///   - limit: the most bytes any step may put out.
    package static func decode(_ body: [UInt8], _ headers: HTTPHeaders, isCut: Bool, limit: Int) -> Result {
        let transfer = headers.codings("transfer-encoding").compactMap { windowBits[$0] }
        let content = headers.codings("content-encoding").filter { $0 != "identity" && !$0.isEmpty }
        var result = Result(body: body, isTruncated: isCut)
        guard !transfer.isEmpty || !content.isEmpty, !body.isEmpty else { return result }
        guard transfer.count + content.count <= depth else {
            result.anomalies.insert(.contentCodingUnsupported)
            return result
        }
        for formats in transfer.reversed() {
            guard undo(formats, &result, limit) else { break }
        }
        for coding in content.reversed() {
            guard let formats = windowBits[coding] else {
                result.anomalies.insert(.contentCodingUnsupported)
                break
            }
            guard undo(formats, &result, limit) else { break }
        }
        return result
    }

    /// zlib's window bits by coding; `deflate` comes with zlib's wrapper as it should, or without.
    ///
    /// As in curl, zlib's wrapper passes for gzip's; it is called invalid.
    private static let windowBits: [String: [Int32]] = [
        "gzip": [15 + 16, 15], "x-gzip": [15 + 16, 15], "deflate": [15, -15],
    ]

    /// Replaces the body by what it decodes to; false when no byte of it decodes.
    private static func undo(_ formats: [Int32], _ result: inout Result, _ limit: Int) -> Bool {
        for bits in formats {
            var inflation = Inflation(limit: limit)
            inflation.run(result.body, bits)
            guard !inflation.output.isEmpty || inflation.isWhole else { continue }
            let isOther = formats.count > 1 && formats[0] > 15 && bits != formats[0]
            if isOther || !inflation.isWhole && !inflation.isFull && !result.isTruncated {
                result.anomalies.insert(.contentCodingInvalid)
            }
            if inflation.output.count > bombRatio * max(1, inflation.consumed) {
                result.anomalies.insert(.contentCodingBomb)
            }
            result.isTruncated = result.isTruncated || inflation.isFull
            result.body = inflation.output
            return true
        }
        result.anomalies.insert(.contentCodingInvalid)
        return false
    }
}

/// One run of zlib over a whole input.
private struct Inflation {
    let limit: Int
    var output: [UInt8] = []
    var consumed = 0
    /// The stream's end was reached, and its checksum holds.
    var isWhole = false
    /// The output is at its limit and more would follow.
    var isFull = false

    mutating func run(_ input: [UInt8], _ bits: Int32) {
        var stream = z_stream()
        guard cinflateInit2(&stream, bits) == Z_OK else { return }
        defer { inflateEnd(&stream) }
        var input = input
        input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = uInt(clamping: input.count)
            var status = Z_OK
            while status == Z_OK, !isFull {
                status = step(&stream)
                // gzip members may follow one another (RFC 1952, section 2.2).
                if status == Z_STREAM_END, bits > 15, stream.avail_in > 18, !isFull,
                    stream.next_in.pointee == 0x1f
                {
                    status = inflateReset(&stream)
                }
            }
            isWhole = status == Z_STREAM_END
            consumed = input.count - Int(stream.avail_in)
        }
    }

    /// Inflates one block of output; one byte over the limit tells that there is more.
    private mutating func step(_ stream: inout z_stream) -> Int32 {
        var block = [UInt8](repeating: 0, count: min(16 * 1024, limit + 1 - output.count))
        let status = block.withUnsafeMutableBufferPointer { block in
            stream.next_out = block.baseAddress
            stream.avail_out = uInt(block.count)
            return inflate(&stream, Z_NO_FLUSH)
        }
        output.append(contentsOf: block.dropLast(Int(stream.avail_out)))
        if output.count > limit {
            output.removeLast()
            isFull = true
        }
        return status
    }
}
