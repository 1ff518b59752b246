import Foundation
import YAML
import Terminal

/// The names that the library's rules may use.
package struct Vocabulary: Sendable {
    package struct Entry: Sendable {
        package let name: String
        package let id: String?
        package let family: String
        package let aliases: [String]

        fileprivate func isCalled(_ wanted: String) -> Bool {
            name.lowercased() == wanted || id?.lowercased() == wanted
                || aliases.contains { $0.lowercased() == wanted }
        }
    }

    package let software: [Entry]
    let tactics: Set<String>
    let techniques: Set<String>
    let attackSoftware: [String: String]

    /// The families that rules are filed under.
    static let families: Set<String> = [
        "c2", "rat", "stealer", "phishing", "red_team", "tunnel", "loader", "interception", "benign",
    ]

    /// A vocabulary without a name.
    package init() {
        self.init(software: [], tactics: [], techniques: [], attackSoftware: [:])
    }

    private init(
        software: [Entry],
        tactics: Set<String>,
        techniques: Set<String>,
        attackSoftware: [String: String]
    ) {
        self.software = software
        self.tactics = tactics
        self.techniques = techniques
        self.attackSoftware = attackSoftware
    }

    /// The names and ids, in lower case, of all software that is called so: by name, alias or ATT&CK id.
    package func names(_ name: String) -> Set<String> {
        let wanted = name.lowercased()
        var names: Set<String> = [wanted]
        for entry in software where entry.isCalled(wanted) { names.insert(entry.name.lowercased()) }
        return names
    }

    /// The name that is nearest to a misspelt one, as an addition to an error; empty when none is near.
    package func hint(_ name: String, _ rules: [SigmaRule] = []) -> String {
        var known = software.flatMap { [$0.name] + $0.aliases }
        known += rules.flatMap { $0.hallmark.software.map(\.name) + [$0.name].compactMap(\.self) }
        return Spelling.hint(name, among: known)
    }

    package func entry(_ name: String) -> Entry? { software.first { $0.name == name } }

    /// The folder `vocabulary` beside a folder of rules.
    ///
    /// It lies beside and not below, because every other Sigma tool takes all YAML below for rules.
    private static func folder(beside rules: String) -> String {
        URL(fileURLWithPath: rules).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("vocabulary").path
    }

    static func exists(beside rules: String) -> Bool {
        let files = FileManager.default
        return files.fileExists(atPath: rules)
            && files.fileExists(atPath: folder(beside: rules) + "/software.yml")
    }

    /// Reads the vocabulary of a folder of rules; nil where there is none.
    package static func read(beside rules: String) throws -> Vocabulary? {
        let folder = folder(beside: rules)
        guard let software = try node(folder + "/software.yml"),
            let attack = try node(folder + "/attack.yml")
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
