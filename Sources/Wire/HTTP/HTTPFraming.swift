/// Where an answer's body ends (RFC 9112, section 6.3).
package enum HTTPFraming: Equatable, Sendable {
    case none
    case length(Int)
    case chunked
    case untilClose

    /// The framing that the headers ask for; what is wrong with it goes into `anomalies`.
    ///
    /// - Parameter isHead: the request's method was HEAD.
    package init(status: Int?, _ headers: HTTPHeaders, isHead: Bool, anomalies: inout HTTPAnomalies) {
        let lengths = headers.indices.filter { headers.isNamed("content-length", $0) }
            .map { contentLength(headers.value($0)) }
        if lengths.contains(nil) { anomalies.insert(.contentLengthInvalid) }
        let valid = lengths.compactMap(\.self)
        if let first = valid.first, valid.contains(where: { $0 != first }) {
            anomalies.insert(.contentLengthConflict)
        }
        let codings = headers.codings("transfer-encoding")
        if !codings.isEmpty, !lengths.isEmpty { anomalies.insert(.contentLengthAndTransferEncoding) }
        if codings.contains(where: { $0 != "chunked" }) { anomalies.insert(.transferCodingUnsupported) }
        if isHead || status == 204 || status == 304 || (status ?? 0) / 100 == 1 {
            self = .none
        } else if codings.last == "chunked" {
            self = .chunked
        } else if codings.isEmpty, let length = valid.first {
            self = .length(length)
        } else {
            self = .untilClose
        }
    }
}

/// A Content-Length's value; nil when it is not a number that fits.
///
/// A list of equal numbers is read as one of them, as section 6.3 allows.
private func contentLength(_ value: ArraySlice<UInt8>) -> Int? {
    let parts = value.split(separator: 0x2c, omittingEmptySubsequences: false).map { part in
        let rest = part.drop { $0 == 0x20 || $0 == 0x09 }
        let end = rest.lastIndex { $0 != 0x20 && $0 != 0x09 }
        return end.map { rest[...$0] } ?? []
    }
    guard let first = parts.first, parts.allSatisfy({ $0 == first }), first.allSatisfy(isDigit) else {
        return nil
    }
    return Int(String(decoding: first, as: UTF8.self))
}
