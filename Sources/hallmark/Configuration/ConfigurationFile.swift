import Foundation
import Observations
import Terminal
import YAML

/// `hallmark.yaml`: for each command the options that it has unless they are given.
///
/// It is looked for in places that belong to the person or the machine, and never in the working directory:
/// whoever can write there would choose what a scan does.
struct ConfigurationFile {
    /// One option as the file has it.
    struct Setting {
        let name: String
        let value: YAMLNode

        /// `FILE:LINE`.
        var place: String { "\(value.file):\(value.line)" }
    }

    static let variable = "HALLMARK_CONFIG"

    let path: String
    private let sections: [(command: String, settings: [Setting])]

    /// Reads the file that counts; nil when there is none.
    ///
    /// - Throws: for a file that is named and can't be read, and for what is no option of ours.
    init?(_ environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        let named = environment[Self.variable].flatMap { $0.isEmpty ? nil : $0 }
        let places = named.map { [$0] } ?? Self.places(environment)
        guard let path = named ?? places.first(where: Self.isThere) else { return nil }
        self.path = path
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFIFO {
            // It would be waited for without an end, and can be read once.
            throw FileError(path, "is a pipe, and no file")
        }
        let bytes = try UnpackedBytes.contents(of: path, limit: 1 << 20)
        let nodes = try YAMLReader.parse(bytes, file: path)
        if nodes.count > 1 { throw nodes[1].error("a second document, which would not count") }
        var sections: [(command: String, settings: [Setting])] = []
        for entry in try nodes.first.flatMap({ $0.isNull ? nil : $0 })?.map() ?? [] {
            guard entry.name == Self.all || OptionTable.commands.contains(entry.name) else {
                throw entry.key.error("there is no command '\(entry.name)'")
            }
            let settings = entry.value.isNull ? [] : try entry.value.map()
            sections.append((entry.name, settings.map { Setting(name: $0.name, value: $0.value) }))
        }
        self.sections = sections
        try check()
    }

    /// Whether something stands at a place, also what leads nowhere: whoever put it there wants it to count.
    ///
    /// Of a folder that may not be looked into nobody knows; whoever runs a program as another user has the
    /// first one's folders.
    private static func isThere(_ path: String) -> Bool {
        var status = stat()
        if lstat(path, &status) == 0 { return true }
        if errno != ENOENT, errno != ENOTDIR {
            let reason = String(cString: strerror(errno))
            Terminal.say("hallmark: \(path) can't be looked at, and does not count: \(reason)", .warning)
        }
        return false
    }

    /// Where it is looked for without `$HALLMARK_CONFIG`.
    static func places(_ environment: [String: String]) -> [String] {
        var places: [String] = []
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            places.append(folder + "/hallmark/hallmark.yaml")
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            places.append(home + "/.config/hallmark/hallmark.yaml")
        }
        return places + ["/etc/hallmark/hallmark.yaml"]
    }

    /// The section of options for every command that has them.
    private static let all = "all"

    /// A name that is misspelt in one command's section would never count: that is said at once.
    private func check() throws {
        for section in sections {
            if section.command == Self.all {
                let known = OptionTable.optionNames
                for setting in section.settings where !known.contains(setting.name) {
                    throw setting.value.error("no command has an option '\(setting.name)'")
                }
                continue
            }
            guard let table = OptionTable(section.command.split(separator: " ").map(String.init)) else {
                continue
            }
            for setting in section.settings {
                guard let option = table[setting.name] else {
                    throw setting.value.error("hallmark \(section.command) has no option '\(setting.name)'")
                }
                _ = try Self.words(setting, option)
            }
        }
    }

    /// What counts for a command: its own section before that of all.
    func settings(_ table: OptionTable) -> [Setting] {
        var found: [String: Setting] = [:]
        for command in [Self.all, table.command] {
            for section in sections where section.command == command {
                for setting in section.settings where table[setting.name] != nil {
                    found[setting.name] = setting
                }
            }
        }
        return table.options.compactMap { $0.name.flatMap { found[$0] } }
    }

    /// A setting as one would type it; nothing for a flag that is off.
    static func words(_ setting: Setting, _ option: OptionTable.Option) throws(YAMLError) -> [String] {
        let name = "--" + setting.name
        if option.isFlag { return try setting.value.boolean() ? [name] : [] }
        if let elements = setting.value.elements {
            guard option.isRepeating || setting.name == "ports" else {
                throw setting.value.error("'\(setting.name)' takes one value")
            }
            var values: [String] = []
            for element in elements { values.append(try element.string()) }
            return option.isRepeating
                ? values.map { "\(name)=\($0)" } : ["\(name)=\(values.joined(separator: ","))"]
        }
        return ["\(name)=\(try setting.value.string())"]
    }
}
