/// A part of a YAML document that knows where it stands, for errors that say so.
package struct YAMLNode: Sendable {
    package enum Content: Sendable {
        /// - Parameter plain: without quotes, so that it may be a number, a truth value or null.
        case scalar(String, plain: Bool)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    package struct Entry: Sendable {
        package let key: YAMLNode
        package let value: YAMLNode

        /// The key's text; YAML's other kinds of keys are refused when the document is read.
        package var name: String { key.text ?? "" }
    }

    package let content: Content
    package let file: String
    /// From 1.
    package let line: Int
    /// From 1.
    package let column: Int

    package init(_ content: Content, file: String, line: Int, column: Int) {
        self.content = content
        self.file = file
        self.line = line
        self.column = column
    }

    /// An error that points here.
    package func error(_ message: String) -> YAMLError {
        YAMLError(file: file, line: line, column: column, message: message)
    }

    /// A scalar's text as it stands in the file, quotes and escapes resolved.
    package var text: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }

    /// Whether it is a scalar without quotes that YAML takes for null.
    package var isNull: Bool {
        if case .scalar(let text, plain: true) = content {
            ["", "~", "null", "Null", "NULL"].contains(text)
        } else {
            false
        }
    }

    package var entries: [Entry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    package var elements: [YAMLNode]? {
        if case .sequence(let elements) = content { elements } else { nil }
    }

    /// The value of a mapping's key.
    package subscript(key: String) -> YAMLNode? {
        entries?.first { $0.name == key }?.value
    }
}

/// Typed access that says what was expected and where.
extension YAMLNode {
    package func string() throws(YAMLError) -> String {
        guard let text, !isNull else { throw error("expected text") }
        return text
    }

    package func integer() throws(YAMLError) -> Int {
        guard case .scalar(let text, plain: true) = content, let number = Int(text) else {
            throw error("expected an integer")
        }
        return number
    }

    package func boolean() throws(YAMLError) -> Bool {
        guard case .scalar(let text, plain: true) = content, text == "true" || text == "false" else {
            throw error("expected true or false")
        }
        return text == "true"
    }

    package func list() throws(YAMLError) -> [YAMLNode] {
        guard let elements else { throw error("expected a list") }
        return elements
    }

    package func map() throws(YAMLError) -> [Entry] {
        guard let entries else { throw error("expected a map") }
        return entries
    }

    /// A list of texts; one text stands for a list of one.
    package func strings() throws(YAMLError) -> [String] {
        guard let elements else { return [try string()] }
        return try elements.map { element throws(YAMLError) in try element.string() }
    }

    /// The value of a key that must be there.
    package func required(_ key: String) throws(YAMLError) -> YAMLNode {
        _ = try map()
        guard let value = self[key] else { throw error("\(key) is missing") }
        return value
    }

    /// Refuses keys other than those given.
    package func allow(_ keys: Set<String>) throws(YAMLError) {
        for entry in try map() where !keys.contains(entry.name) {
            throw entry.key.error("unknown key \(entry.name)")
        }
    }
}

/// What is wrong in a YAML file, and where.
package struct YAMLError: Error, Equatable, Sendable, CustomStringConvertible {
    package let file: String
    package let line: Int
    package let column: Int
    package let message: String

    package init(file: String, line: Int, column: Int, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    package var description: String { "\(file):\(line):\(column): \(message)" }
}
