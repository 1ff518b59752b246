import Foundation
import TestSupport

/// What a playbook tells its reader to type.
struct Playbook {
    /// One command, which may go over several lines.
    struct Command {
        let text: String
        let line: Int
        /// What a remark behind it says (`# ends with 3`), or 0.
        let status: Int
    }

    /// The commands of one fenced block, which are typed into one shell.
    typealias Block = [Command]

    let name: String
    private(set) var blocks: [Block] = []
    /// What the text mentions as a command, in backquotes.
    private(set) var mentions: [String] = []

    var commands: [Command] { blocks.flatMap { $0 } }

    /// - Throws: for what could hold a command and is no block of commands.
    init(_ name: String) throws {
        self.name = name
        let path = projectFolder + "/Docs/playbooks/" + name
        let text = try String(contentsOfFile: path, encoding: .utf8)
        var prose = ""
        var isInside = false
        var pending = ""
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            func wrong(_ reason: String) -> CommandFailure {
                CommandFailure(description: "\(name):\(number + 1): \(reason)")
            }
            if line.hasPrefix("```") {
                guard isInside ? line == "```" : line == "```sh" else {
                    throw wrong("a block that is not sh")
                }
                guard pending.isEmpty else { throw wrong("a command without its end") }
                isInside.toggle()
                if isInside { blocks.append([]) }
            } else if isInside {
                guard !line.contains("<<") else { throw wrong("a text in a command is not understood") }
                pending += (pending.isEmpty ? "" : "\n") + line
                if line.hasSuffix("\\") { continue }
                if !pending.isEmpty, !pending.hasPrefix("#") {
                    blocks[blocks.count - 1].append(
                        Command(text: pending, line: number + 1, status: Self.status(pending))
                    )
                }
                pending = ""
            } else {
                guard !line.hasPrefix("    "), !line.hasPrefix("\t"), !line.contains("~~~") else {
                    throw wrong("a block that is not fenced")
                }
                prose += line + "\n"
            }
        }
        guard !isInside else { throw CommandFailure(description: "\(name): a block without its end") }
        mentions = prose.matches(of: #/`(hallmark\s[^`]*)`/#).map {
            String($0.1).replacing(#/\s+/#, with: " ")
        }
    }

    private static func status(_ text: String) -> Int {
        text.firstMatch(of: #/# .*ends with (\d+)/#).flatMap { Int($0.1) } ?? 0
    }

    /// The variables that have a default in the text.
    var variables: Set<String> {
        Set(commands.flatMap { $0.text.matches(of: #/\$\{([A-Z]+):=/#).map { String($0.1) } })
    }
}
