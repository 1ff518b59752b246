import Bytes
import Foundation
import Inventory
import Observations
import Terminal
import Transparency
import YAML

/// The names to watch, from an inventory, the command line and files.
enum WatchFile {
    /// - Parameter state: the state's file, beside which stands what was authorised beforehand.
    static func list(inventory: String?, watch: [String], state: String?) throws -> WatchList {
        var list = WatchList()
        if let inventory { try add(inventory, to: &list) }
        for text in watch {
            if FileManager.default.fileExists(atPath: text) {
                for name in try names(in: text) { list.add(name) }
            } else if text.contains("/") || text.hasSuffix(".yaml") || text.hasSuffix(".yml") {
                throw FileError(text, "there is no such file")
            } else if let name = WatchedName(text) {
                list.add(name)
            } else {
                throw FileError(text, "is neither a file nor a name")
            }
        }
        if let state { list.authorised.formUnion(try AuthorisedFile.read(AuthorisedFile.path(state))) }
        return list
    }

    /// Host names and domains of assets, and names that their certificates must cover.
    private static func add(_ file: String, to list: inout WatchList) throws {
        let inventory = try InventoryFile.load(file).inventory
        var unwatched: [String] = []
        for asset in inventory.assets {
            list.authorised.formUnion(asset.certificates)
            list.authorised.formUnion(asset.tbs)
            var names = asset.names
            switch asset.place {
            case .host(let name), .below(let name): names.append(name)
            case .address, .range: break
            }
            for text in names {
                guard var name = WatchedName(text, issuers: asset.policy.issuers ?? inventory.policy.issuers)
                else {
                    unwatched.append(text)
                    continue
                }
                // As with endpoints: an asset that pins nothing accepts what its issuers issue.
                name.isClosed = asset.isPinned
                // A key of one asset says nothing of the names of another.
                name.keys = asset.keys
                let issuerKeys = asset.policy.issuerKeys ?? inventory.policy.issuerKeys ?? []
                name.issuerKeys = Set(
                    issuerKeys.compactMap { [UInt8](hex: $0.text).flatMap { TreeHash($0) } }
                )
                list.add(name)
            }
        }
        guard !list.isEmpty else {
            throw FileError(
                file,
                "names nothing to watch: logs tell of names, and no asset has a host name, a domain or names"
            )
        }
        if let first = unwatched.first {
            Terminal.say(
                "hallmark: \(file): '\(first)' is no host name, and is not watched; of such there "
                    + (unwatched.count == 1 ? "is 1" : "are \(unwatched.count)"),
                .warning
            )
        }
    }

    /// Reads a YAML list: names, or objects with `name`, `issuers`, `issuer_keys`, `closed`, `lookalikes`.
    private static func names(in file: String) throws -> [WatchedName] {
        let bytes = try UnpackedBytes.contents(of: file, limit: 16 << 20)
        var names: [WatchedName] = []
        for document in try YAMLReader.parse(String(decoding: bytes, as: UTF8.self), file: file)
        where !document.isNull {
            guard let elements = document.elements else { throw document.error("expected a list of names") }
            for element in elements { names.append(try name(element)) }
        }
        guard !names.isEmpty else { throw FileError(file, "names nothing to watch") }
        return names
    }

    private static func name(_ node: YAMLNode) throws -> WatchedName {
        if let text = node.text {
            guard let name = WatchedName(text) else { throw node.error("'\(text)' is no name") }
            return name
        }
        guard let entries = node.entries, let place = entries.first(where: { $0.name == "name" }),
            let text = place.value.text, var name = WatchedName(text)
        else { throw node.error("expected a name, or an object with a name") }
        for entry in entries {
            switch entry.name {
            case "name": break
            case "issuers": name.issuers = try texts(entry.value).map { $0.lowercased() }
            case "issuer_keys":
                for text in try texts(entry.value) {
                    guard let key = [UInt8](hex: text.replacing(":", with: "")).flatMap({ TreeHash($0) })
                    else {
                        throw entry.value.error("'\(text)' is no SHA-256 in hexadecimal")
                    }
                    name.issuerKeys.insert(key)
                }
            case "closed": name.isClosed = try truth(entry.value)
            case "lookalikes": name.hasLookalikes = try truth(entry.value)
            default: throw entry.key.error("expected name, issuers, issuer_keys, closed or lookalikes")
            }
        }
        return name
    }

    private static func texts(_ node: YAMLNode) throws -> [String] {
        if let text = node.text { return [text] }
        guard let elements = node.elements else { throw node.error("expected a value or a list of values") }
        return try elements.map { element in
            guard let text = element.text else { throw element.error("expected a value") }
            return text
        }
    }

    private static func truth(_ node: YAMLNode) throws -> Bool {
        switch node.text {
        case "true", "yes": true
        case "false", "no": false
        default: throw node.error("expected true or false")
        }
    }
}

/// What tells look-alikes: the tables that are shipped.
struct LookalikeData {
    var skeletons = SkeletonTable("")
    var words: [String] = []

    /// - Throws: where they are not installed: without them most look-alikes would pass in silence.
    static func load() throws -> LookalikeData {
        var data = LookalikeData()
        for folder in InstalledData.candidates("lookalikes", executable: CommandLine.executable) {
            guard let table = try? String(contentsOfFile: folder + "/skeletons.txt", encoding: .utf8),
                let words = try? String(contentsOfFile: folder + "/words.txt", encoding: .utf8)
            else { continue }
            data.skeletons = SkeletonTable(table)
            data.words = words.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }.map(
                String.init
            )
            return data
        }
        throw FileError(
            "lookalikes",
            "the tables that tell look-alikes are not installed; --no-lookalikes does without"
        )
    }
}
