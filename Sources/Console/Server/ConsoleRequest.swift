import Foundation

/// A request as it came, its path and arguments decoded.
package struct ConsoleRequest: Sendable {
    package var method: String
    package var path: String
    package var query: [(name: String, value: String)] = []
    package var headers: [(name: String, value: String)] = []
    package var body: [UInt8] = []

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

    /// The fields of a form that was sent as browsers do.
    var form: [String: String] {
        var fields: [String: String] = [:]
        let text = String(decoding: body, as: UTF8.self)
        for pair in text.split(separator: "&").prefix(64) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            fields[Self.decoded(parts[0])] = Self.decoded(parts[1])
        }
        return fields
    }

    private static func decoded(_ text: Substring) -> String {
        let spaced = text.replacing("+", with: " ")
        return spaced.removingPercentEncoding ?? String(spaced)
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
