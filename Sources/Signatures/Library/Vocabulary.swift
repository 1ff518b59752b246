import Foundation

/// The names that the library's rules may use.
package struct Vocabulary: Sendable {
    package struct Entry: Sendable {
        package let name: String
        package let id: String?
        package let family: String
        package let aliases: [String]
    }

    package let software: [Entry]
    let tactics: Set<String>
    let techniques: Set<String>
    let attackSoftware: [String: String]

    /// The families that rules are filed under.
    static let families: Set<String> = [
        "c2", "rat", "stealer", "phishing", "red_team", "tunnel", "loader", "benign",
    ]

    package func entry(_ name: String) -> Entry? { software.first { $0.name == name } }

    /// Reads `vocabulary/` of a library; nil where there is none.
    static func read(folder: String) throws -> Vocabulary? {
        guard let software = try node(folder + "/vocabulary/software.yml"),
            let attack = try node(folder + "/vocabulary/attack.yml")
        else { return nil }
        var entries: [Entry] = []
        for node in try software.list() {
            try node.allow(["name", "id", "family", "aliases", "dual_use"])
            let family = try node.required("family").string()
            guard families.contains(family) else { throw node.error("no family: \(family)") }
            let name = try node.required("name").string()
            if entries.contains(where: { $0.name == name }) { throw node.error("\(name) stands twice") }
            entries.append(
                Entry(
                    name: name,
                    id: try node["id"]?.string(),
                    family: family,
                    aliases: try node["aliases"]?.strings() ?? []
                )
            )
        }
        var names: [String: String] = [:]
        for entry in try attack["software"]?.map() ?? [] { names[entry.name] = try entry.value.string() }
        return Vocabulary(
            software: entries,
            tactics: Set(try attack.required("tactics").strings()),
            techniques: Set(try attack.required("techniques").map().map(\.name)),
            attackSoftware: names
        )
    }

    private static func node(_ path: String) throws -> YAMLNode? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return try YAMLReader.parse(String(decoding: data, as: UTF8.self), file: path).first
    }

    /// Whether a tag of the `attack` namespace names something of ATT&CK.
    func knows(tag: String) -> Bool {
        guard tag.hasPrefix("attack.") else { return true }
        let name = String(tag.dropFirst(7))
        return tactics.contains(name) || techniques.contains(name.uppercased())
            || attackSoftware[name.uppercased()] != nil
    }
}
