import Foundation
import Glibc
import Synchronization

/// A real server on loopback, killed with the value's last reference, and its workers with it.
package final class ServerProcess: @unchecked Sendable {  // `process` is only touched by init and deinit
    package let port: UInt16
    package let scratch: Scratch
    private let process = Process()
    private let kept: [Scratch]

    /// Starts `program` and waits until it listens.
    ///
    /// - Parameters:
    ///   - port: where it will listen; a free one by default.
    ///   - keeping: folders of files that it may read as long as it runs.
    ///   - arguments: made from the port and the scratch folder.
    package init(
        _ program: String,
        port: UInt16 = freePort(),
        scratch: Scratch = Scratch(),
        waits: Bool = true,
        keeping: [Scratch] = [],
        arguments: (UInt16, Scratch) throws -> [String]
    ) throws {
        self.port = port
        self.scratch = scratch
        kept = keeping
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + (try arguments(port, scratch))
        try scratch.write("log", "")
        let log = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch.file("log")))
        // Some servers end when their input does: give them one that stays open.
        process.standardInput = Pipe()
        process.standardOutput = log
        process.standardError = log
        try withoutBlockedSignals { try process.run() }
        ExitCleanup.add(group: group)
        guard waits else { return }
        // Not `isRunning`: a server that closes the descriptors that it inherits seems ended to `Process`.
        // It is looked at until it answers once: servers that count their connections count that one.
        var isUp = false
        _ = eventually {
            isUp = isListening(port)
            return isUp || kill(-group, 0) != 0
        }
        if isUp { return }
        let text = (try? String(contentsOfFile: scratch.file("log"), encoding: .utf8)) ?? ""
        process.terminate()
        throw CommandFailure(description: "\(program) does not listen on \(port)\n\(text)")
    }

    /// Processes of the server's group: itself and what it forked.
    package var group: Int32 { process.processIdentifier }

    /// Its exit code, once it has ended by itself; nil before, and for one that a signal ended.
    package var exitCode: Int32? {
        process.isRunning || process.terminationReason != .exit ? nil : process.terminationStatus
    }

    /// `Process` starts each child in a group of its own, which lives as long as any of its members.
    ///
    /// It is the group that is ended, since workers may outlive their parent, and since a server that closes
    /// the descriptors that it inherits seems ended to `Process` when it is not.
    deinit {
        guard group > 0 else { return }
        kill(-group, SIGTERM)
        for _ in 0..<50 where kill(-group, 0) == 0 { usleep(20_000) }
        kill(-group, SIGKILL)
        process.waitUntilExit()
        ExitCleanup.remove(group: group)
    }
}

/// Waits until something is true, for two minutes at most: what a loaded machine needs, and no test hangs for
/// ever.
///
/// - Returns: whether it became true.
package func eventually(_ isTrue: () -> Bool) -> Bool {
    let limit = ContinuousClock.now + .seconds(120)
    while !isTrue() {
        guard ContinuousClock.now < limit else { return false }
        usleep(20_000)
    }
    return true
}

/// Runs `body` with no signal blocked, as programs expect to be started.
///
/// The threads that tests run on block most signals, a child would inherit
/// that, and a server that can't be told to end has to be killed.
private func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
}

/// A TCP port of 127.0.0.1 that nobody uses.
///
/// It is below those that the kernel gives to connections: no other process's connection can have it before
/// the server that it is for. It is never given twice.
package func freePort() -> UInt16 {
    while true {
        let port = UInt16.random(in: 10_000..<32_768)
        guard givenPorts.withLock({ $0.insert(port).inserted }) else { continue }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(port)
        let isFree = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if isFree || errno != EADDRINUSE { return port }
    }
}

private let givenPorts = Mutex<Set<UInt16>>([])

/// Whether something accepts connections on 127.0.0.1 at `port`.
package func isListening(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port)
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}

private func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
}
