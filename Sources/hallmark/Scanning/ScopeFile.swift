import ArgumentParser
import Foundation
import Scan
import Signatures

/// Reads a scope file (`targets/example-scope.yaml`).
enum ScopeFile {
    /// A scope file is a page or a long list, never this much.
    private static let maximumBytes = 64 * 1024 * 1024

    static func read(_ path: String) throws -> Scope {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ValidationError("\(path): no such scope file, or it can't be read.")
        }
        guard data.count <= maximumBytes else {
            throw ValidationError("\(path): too large for a scope file.")
        }
        let documents = try YAMLReader.parse(String(decoding: data, as: UTF8.self), file: path)
        guard let root = documents.first, documents.count == 1 else {
            throw ValidationError("\(path): one YAML document is wanted, \(documents.count) are there.")
        }
        try root.allow(["name", "authorization", "include", "exclude", "ports", "rate"])
        return try Scope(
            name: root.required("name").string(),
            authorization: root.required("authorization").string(),
            include: root.required("include").strings(),
            exclude: root["exclude"]?.strings() ?? [],
            ports: ports(root["ports"]),
            rate: root["rate"]?.integer(),
            source: path
        )
    }

    /// A list of ports and ranges, or one text of them with commas.
    private static func ports(_ node: YAMLNode?) throws -> [String] {
        guard let node, !node.isNull else { return [] }
        return try node.elements == nil ? [node.string()] : node.strings()
    }
}
