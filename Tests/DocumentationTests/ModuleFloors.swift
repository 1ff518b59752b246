import Foundation
import Targets

/// The modules of `Package.swift`, drawn as floors: each module stands above all that it uses.
struct ModuleFloors {
    /// The part of `swift package dump-package` that the picture needs.
    private struct Manifest: Decodable {
        struct Target: Decodable {
            struct Dependency: Decodable {
                /// The name of a target, and a condition.
                let byName: [String?]?
            }

            let name: String
            let type: String
            let path: String?
            let dependencies: [Dependency]
        }

        let targets: [Target]
    }

    /// What each module of `Sources` uses of the others, libraries in C left out.
    let uses: [String: Set<String>]

    init(manifest: [UInt8]) throws {
        let manifest = try JSONDecoder().decode(Manifest.self, from: Data(manifest))
        let modules = manifest.targets.filter { target in
            ["regular", "executable"].contains(target.type) && target.path == nil
                && !target.name.starts(with: /C[A-Z]/)
        }
        let names = Set(modules.map(\.name))
        uses = Dictionary(
            uniqueKeysWithValues: modules.map { module in
                (
                    module.name,
                    Set(module.dependencies.compactMap { $0.byName?.first ?? nil }).intersection(names)
                )
            }
        )
    }

    /// Everything that a module reaches.
    private func reach(_ module: String) -> Set<String> {
        (uses[module] ?? []).reduce(into: []) { all, next in all.formUnion(reach(next).union([next])) }
    }

    /// 0 for what uses no other module, and one more than the highest of what it uses for any other.
    private func floor(_ module: String) -> Int {
        (uses[module] ?? []).map { floor($0) + 1 }.max() ?? 0
    }

    /// A Mermaid picture, the top floor first, without the arrows that follow from others.
    var picture: String {
        var lines = ["```mermaid", "flowchart TD"]
        let floors = Dictionary(grouping: uses.keys.sorted(), by: floor)
        for (number, modules) in floors.sorted(by: { $0.key > $1.key }) {
            lines.append("    subgraph floor\(number)[\"floor \(number)\"]")
            lines += modules.map { "        \($0)" }
            lines.append("    end")
        }
        for module in uses.keys.sorted(by: { (floor($1), $0) < (floor($0), $1) }) {
            let direct = uses[module] ?? []
            let implied = direct.reduce(into: Set<String>()) { $0.formUnion(reach($1)) }
            lines += direct.subtracting(implied).sorted().map { "    \(module) --> \($0)" }
        }
        return (lines + ["```"]).joined(separator: "\n")
    }
}
