import Foundation
import Glibc

/// A capture of traffic on loopback by tcpdump, which needs to be root's.
package final class PacketCapture {
    /// Whether this machine lets us capture.
    package static let isPermitted = (try? run("tcpdump", ["-i", "lo", "-d"]).status) == 0

    private let scratch = Scratch()
    private let process = Process()
    private let mark = freePort()

    /// The file that is written.
    package var path: String { scratch.file("capture") }

    /// Captures what goes to a port of TCP and comes from it.
    ///
    /// - Parameter options: more arguments of tcpdump.
    package init(port: UInt16, _ options: [String] = []) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["tcpdump", "-i", "lo", "-Z", "root", "-U", "--immediate-mode", "-w", path] + options
            + ["tcp port \(port) or udp port \(mark)"]
        try scratch.write("log", "")
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch.file("log")))
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let log = scratch.file("log")
        let isReady = eventually {
            (try? String(contentsOfFile: log, encoding: .utf8).contains("listening on")) ?? false
        }
        guard isReady else { throw CommandFailure(description: "tcpdump does not listen") }
    }

    deinit { end() }

    /// What was captured is in the file already; a child of ours may have SIGTERM blocked.
    private func end() {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Ends the capture once everything that was sent before is in the file.
    package func finish() throws {
        let text = "end of capture \(mark)"
        _ = eventually {
            _ = try? run("bash", ["-c", "echo '\(text)' > /dev/udp/127.0.0.1/\(mark)"])
            let bytes = (try? Data(contentsOf: URL(fileURLWithPath: path))) ?? Data()
            return bytes.range(of: Data(text.utf8)) != nil
        }
        end()
    }
}
