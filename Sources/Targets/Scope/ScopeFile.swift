import YAML

/// Reads a scope file (`targets/example-scope.yaml`).
package enum ScopeFile {
    /// A scope file is a page or a long list; YAML is read up to this.
    private static let maximumBytes = 4 << 20

    package static func read(_ path: String) throws -> Scope {
        let bytes = try InputFile.contents(of: path, limit: maximumBytes)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw TargetIssue(source: path, why: "is not UTF-8 text")
        }
        return try parse(text, file: path)
    }

    package static func parse(_ text: String, file: String) throws -> Scope {
        let documents = try YAMLReader.parse(text, file: file)
        guard let root = documents.first, documents.count == 1 else {
            throw TargetIssue(source: file, why: "holds \(documents.count) YAML documents, not one")
        }
        try root.allow(["name", "authorization", "include", "exclude", "ports", "rate"])
        return try Scope(
            name: root.required("name").string(),
            authorization: root.required("authorization").string(),
            include: items(root.required("include")),
            exclude: items(root["exclude"]),
            ports: items(root["ports"]),
            rate: root["rate"]?.integer(),
            source: file
        )
    }

    /// A list, or one item in its place.
    private static func items(_ node: YAMLNode?) throws -> [Scope.Item] {
        guard let node, !node.isNull else { return [] }
        return try (node.elements ?? [node]).map { Scope.Item(try $0.string(), line: $0.line) }
    }
}
