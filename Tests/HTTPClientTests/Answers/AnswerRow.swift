import Testing

/// What is compared between us and another reader.
enum Aspect: String, CaseIterable, Sendable {
    /// The answer is whole, by the reader's own rules.
    case end
    case status
    /// Names, values and order of repetitions.
    case headers
    /// The body without its transfer coding.
    case body
    /// The body without its content coding.
    case decoded
    /// Where a redirect leads, by curl.
    case redirect
    /// Where a redirect leads, by Node's URL, which is the browsers'.
    case url
    case title
}

/// One answer of a server, and where our reading of it differs from others', with the reason.
struct AnswerRow: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    /// What differs, and why ours is right.
    let differs: [Aspect: String]
    var testDescription: String { name }

    init(_ name: String, _ text: String, _ differs: [Aspect: String] = [:]) {
        self.init(name, Array(text.utf8), differs)
    }

    init(_ name: String, _ bytes: [UInt8], _ differs: [Aspect: String] = [:]) {
        (self.name, self.bytes, self.differs) = (name, bytes, differs)
    }

    /// A 200 with these headers, each with its line end, and this body, up to the connection's end.
    static func ok(
        _ name: String,
        _ headers: String,
        _ body: [UInt8],
        _ differs: [Aspect: String] = [:]
    ) -> AnswerRow {
        AnswerRow(name, Array("HTTP/1.1 200 OK\r\n\(headers)\r\n".utf8) + body, differs)
    }

    static func ok(
        _ name: String,
        _ headers: String,
        _ body: String,
        _ differs: [Aspect: String] = [:]
    ) -> AnswerRow {
        ok(name, headers, Array(body.utf8), differs)
    }

    static let all = heads + lengths + chunks + codings + charsets + titles + redirects
}
