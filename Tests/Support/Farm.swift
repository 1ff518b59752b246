import Foundation

/// The servers of `farm.json` whose programs are installed, on loopback; they end with the value's last
/// reference.
package final class Farm {
    package struct Server: Decodable, Sendable {
        package let name: String
        package let port: UInt16
        /// What jarm.py measured, by the name that it was given; `lighttpd-wolfssl` looks at the key
        /// share, and its value is the one that real keys give.
        package let jarm: [String: String]
    }

    package let servers: [Server]
    private let scratch = Scratch()
    private let process = Process()
    private let input = Pipe()

    package init() throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", projectFolder + "/Tests/Tools/farm.py", scratch.path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var text = Data()
        while !text.suffix(6).elementsEqual("ready\n".utf8) {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { break }
            text += more
        }
        servers = String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap {
            try? JSONDecoder().decode(Server.self, from: Data($0.utf8))
        }
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
