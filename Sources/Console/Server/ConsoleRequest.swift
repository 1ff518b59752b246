import Foundation
import Observations

/// A request as it came, its path and arguments decoded.
package struct ConsoleRequest: Sendable {
    package var method: String
    package var path: String
    package var query: [(name: String, value: String)] = []
    package var headers: [(name: String, value: String)] = []
    package var body: [UInt8] = []
    /// Whether path and arguments are UTF-8 without a zero, which would end a text of C.
    package var isText = true
    /// Whether the head was longer than is answered.
    package var isHeadTooLong = false
    /// Whether the body was longer than is read.
    package var isTooLong = false

    package init(method: String, path: String) { (self.method, self.path) = (method, path) }

    /// The argument of the address of that name.
    func argument(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// A header that came once; nil for one that is missing or came several times.
    func header(_ name: String) -> String? {
        let found = headers.filter { $0.name.caseInsensitiveCompare(name) == .orderedSame }
        return found.count == 1 ? found[0].value : nil
    }

    /// The cookie of that name.
    func cookie(_ name: String) -> String? {
        for part in header("Cookie")?.split(separator: ";") ?? [] {
            let part = part.trimmingCharacters(in: .whitespaces)
            if part.hasPrefix(name + "=") { return String(part.dropFirst(name.count + 1)) }
        }
        return nil
    }

    /// Whether it says in more ways than one, or more than once, how long it is.
    var isAmbiguous: Bool {
        let lengths = headers.count { $0.name.caseInsensitiveCompare("Content-Length") == .orderedSame }
        let codings = headers.count { $0.name.caseInsensitiveCompare("Transfer-Encoding") == .orderedSame }
        return lengths + codings > 1
    }

    /// More fields are no decision's.
    private static let mostFields = 64

    /// The fields of its body: of a form as browsers send it, or of an object of JSON with texts in it.
    func fields() throws(ConsoleError) -> [String: String] {
        let type = (header("Content-Type") ?? "").split(separator: ";").first.map {
            $0.trimmingCharacters(in: .whitespaces).lowercased()
        }
        let pairs: [(String, String)]
        switch type {
        case "application/x-www-form-urlencoded": pairs = try form()
        case "application/json": pairs = try object()
        case nil where body.isEmpty: pairs = []
        default:
            throw ConsoleError(
                status: 415,
                text: "A decision is a form (application/x-www-form-urlencoded) or JSON (application/json)."
            )
        }
        var fields: [String: String] = [:]
        for (name, value) in pairs {
            guard !name.utf8.contains(0), !value.utf8.contains(0) else { throw Self.notText }
            guard fields.updateValue(value, forKey: name) == nil else {
                throw ConsoleError.wrong("'\(name)' stands there twice.")
            }
        }
        return fields
    }

    private func form() throws(ConsoleError) -> [(String, String)] {
        guard let text = String(validating: body, as: UTF8.self) else { throw Self.notText }
        var pairs: [(String, String)] = []
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, pairs.count < Self.mostFields else {
                throw ConsoleError.wrong("The form is none.")
            }
            guard let name = Self.decoded(parts[0]), let value = Self.decoded(parts[1]) else {
                throw Self.notText
            }
            pairs.append((name, value))
        }
        return pairs
    }

    private func object() throws(ConsoleError) -> [(String, String)] {
        let tree = JSONTree()
        let root = body.withUnsafeBytes { try? tree.read($0) }
        guard let root, root.isObject else { throw ConsoleError.wrong("The body is no object of JSON.") }
        var pairs: [(String, String)] = []
        for part in root.parts where !part.isNull {
            guard let text = part.string, pairs.count < Self.mostFields else {
                throw ConsoleError.wrong("'\(part.name)' is no text.")
            }
            pairs.append((part.name, text))
        }
        return pairs
    }

    static let notText = ConsoleError.wrong("The request is no UTF-8, or has a zero in it.")

    private static func decoded(_ text: Substring) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding
    }
}

/// An answer: what the gate adds to it is said nowhere else.
package struct ConsoleResponse: Sendable {
    package var status: UInt32 = 200
    package var headers: [(name: String, value: String)] = []
    package var body: [UInt8] = []

    init(_ status: UInt32, _ type: String, _ body: [UInt8]) {
        self.status = status
        headers = [("Content-Type", type)]
        self.body = body
    }

    static func page(_ markup: Markup, status: UInt32 = 200) -> ConsoleResponse {
        ConsoleResponse(status, "text/html; charset=utf-8", Array(markup.text.utf8))
    }

    static func json(_ body: [UInt8], status: UInt32 = 200) -> ConsoleResponse {
        ConsoleResponse(status, "application/json", body)
    }

    static func problem(_ status: UInt32, _ text: String) -> ConsoleResponse {
        ConsoleResponse(status, "text/plain; charset=utf-8", Array((text + "\n").utf8))
    }

    static func redirect(to place: String) -> ConsoleResponse {
        var response = problem(303, "See \(place)")
        response.headers.append(("Location", place))
        return response
    }
}
