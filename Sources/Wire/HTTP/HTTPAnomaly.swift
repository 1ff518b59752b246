/// What was wrong in an HTTP answer: the closed list of `http.response.anomalies`.
///
/// Section numbers are RFC 9112's (HTTP/1.1) unless another document is named.
package enum HTTPAnomaly: String, CaseIterable, Sendable {
    /// The answer has no status line, as in HTTP/0.9.
    case noStatusLine = "no_status_line"
    /// The status line is not `HTTP/d.d` blank three digits (section 4).
    case invalidStatusLine = "invalid_status_line"
    /// Empty lines stand before the status line.
    case bytesBeforeStatusLine = "bytes_before_status_line"
    /// A 1xx answer came first.
    case informationalResponse = "informational_response"
    /// More 1xx answers came than are read.
    case tooManyInformational = "too_many_informational"
    /// A line of the head ends with LF alone (section 2.2).
    case bareLF = "bare_lf"
    /// A CR in the head is not followed by LF (section 2.2).
    case bareCR = "bare_cr"
    /// The head holds a NUL byte.
    case nulInHead = "nul_in_head"
    /// The head holds a control character other than NUL, tab, CR and LF.
    case controlInHead = "control_in_head"
    /// The head is not UTF-8.
    case nonUTF8Head = "non_utf8_head"
    /// A header line begins with a blank and goes on with the one before (section 5.2).
    case obsFold = "obs_fold"
    /// A header line has no colon.
    case headerWithoutColon = "header_without_colon"
    /// Blanks stand between a header's name and its colon (section 5.1).
    case blankBeforeColon = "blank_before_colon"
    /// A header's name is empty or holds a character that names can't hold (RFC 9110, section 5.1).
    case invalidHeaderName = "invalid_header_name"
    /// The answer has a status line and no header.
    case noHeaders = "no_headers"
    /// The head is longer than is read.
    case headTooLarge = "head_too_large"
    /// There are more headers than are recorded.
    case tooManyHeaders = "too_many_headers"
    /// The connection ended within the head.
    case headIncomplete = "head_incomplete"
    /// Content-Length is not a number (section 6.3).
    case contentLengthInvalid = "content_length_invalid"
    /// There are two different Content-Lengths (section 6.3).
    case contentLengthConflict = "content_length_conflict"
    /// Content-Length stands beside Transfer-Encoding (section 6.3).
    case contentLengthAndTransferEncoding = "content_length_and_transfer_encoding"
    /// A transfer coding is not `chunked` (section 7): nobody asked for it.
    case transferCodingUnsupported = "transfer_coding_unsupported"
    /// A chunk's size is not hexadecimal, too large, or its line too long (section 7.1).
    case chunkSizeInvalid = "chunk_size_invalid"
    /// A chunk's data does not end with a line end (section 7.1).
    case chunkEndMissing = "chunk_end_missing"
    /// The chunks' sizes and line ends outweigh their data.
    case chunkOverhead = "chunk_overhead"
    /// Headers follow the last chunk (section 7.1.2).
    case trailers
    /// The connection ended before the body did.
    case bodyIncomplete = "body_incomplete"
    /// Bytes follow the answer that nobody asked for.
    case excessBytes = "excess_bytes"
    /// The body does not decode as its Content-Encoding or Transfer-Encoding says (RFC 9110, section 8.4).
    case contentCodingInvalid = "content_coding_invalid"
    /// The Content-Encoding is one that is not read here.
    case contentCodingUnsupported = "content_coding_unsupported"
    /// The decoded body is over a hundred times the size of the coded one.
    case contentCodingBomb = "content_coding_bomb"
    /// A frame broke the rules of HTTP/2 (RFC 9113, section 5.4.1).
    case http2ProtocolError = "http2_protocol_error"
    /// The server sent GOAWAY before it had answered (RFC 9113, section 6.8).
    case http2GoAway = "http2_goaway"
    /// The server reset the stream (RFC 9113, section 6.4).
    case http2StreamReset = "http2_stream_reset"
    /// The server sent more control frames than an answer can need.
    case http2Flood = "http2_flood"

    /// The anomaly's place in the list.
    fileprivate var bit: UInt64 {
        var bit: UInt64 = 1
        for anomaly in Self.allCases {
            if anomaly == self { break }
            bit <<= 1
        }
        return bit
    }
}

/// A set of anomalies, iterated in the order of their list.
package struct HTTPAnomalies: Equatable, Sendable {
    private var bits: UInt64 = 0

    package init() {}

    package init(_ anomalies: [HTTPAnomaly]) {
        for anomaly in anomalies { insert(anomaly) }
    }

    package var isEmpty: Bool { bits == 0 }

    package mutating func insert(_ anomaly: HTTPAnomaly) {
        bits |= anomaly.bit
    }

    package mutating func insert(_ others: HTTPAnomalies) {
        bits |= others.bits
    }

    package func contains(_ anomaly: HTTPAnomaly) -> Bool {
        bits & anomaly.bit != 0
    }

    /// The members in the order of their list.
    package var list: [HTTPAnomaly] {
        HTTPAnomaly.allCases.filter(contains)
    }
}
