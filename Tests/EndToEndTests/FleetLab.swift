import Foundation
import TestSupport
import Testing

/// A broker, keys, and the programs of a fleet.
final class FleetLab {
    let scratch = Scratch()
    private(set) var broker: ServerProcess
    /// Of a configuration that takes NKeys: the folder with it.
    private let configuration: String?
    /// One server, which answers at every address of 127.0.0.0/8.
    let server: ServerProcess

    /// - Parameter configuration: the folder that `broker-config` has written; nil for a broker that takes
    ///   anybody.
    init(configuration: String? = nil, port: UInt16 = freePort()) throws {
        self.configuration = configuration
        server = try Nginx.start(try TestCertificate(subject: "/CN=fleet.example"), listen: "0.0.0.0")
        broker = try Self.start(port, scratch, configuration)
        try check("openssl", ["genpkey", "-algorithm", "ed25519", "-out", scratch.file("job.key")])
        try check(
            "openssl",
            ["pkey", "-in", scratch.file("job.key"), "-pubout", "-out", scratch.file("job.pub")]
        )
    }

    private static func start(_ port: UInt16, _ scratch: Scratch, _ configuration: String?) throws
        -> ServerProcess
    {
        try ServerProcess("nats-server", port: port, scratch: scratch) { port, scratch in
            if let configuration { return ["-c", configuration + "/broker.conf"] }
            return ["-a", "127.0.0.1", "-p", "\(port)", "-js", "-sd", scratch.file("streams")]
        }
    }

    /// Kills the broker as a failing machine would, and starts it anew with what its disk has.
    ///
    /// - Parameter isEmpty: whether its disk has nothing.
    func restartBroker(isEmpty: Bool = false) throws {
        kill(-broker.group, SIGKILL)
        _ = eventually { !isListening(broker.port) }
        if isEmpty { try FileManager.default.removeItem(atPath: scratch.file("streams")) }
        broker = try Self.start(broker.port, scratch, configuration)
    }

    /// How somebody of a role reaches the broker.
    func place(_ role: String) -> [String] {
        guard let configuration else { return ["--server", "nats://127.0.0.1:\(broker.port)"] }
        return [
            "--server", "tls://localhost:\(broker.port)", "--broker-ca", configuration + "/../ca.pem",
            "--nkey",
            "\(configuration)/\(role).nk",
        ]
    }

    /// The arguments of a sweep of loopback.
    func sweep(_ range: String, _ more: [String] = []) -> [String] {
        ["--", range, "-p", "\(server.port)", "--include-special", "--no-signatures"] + more
    }

    /// Puts a job into the queue.
    ///
    /// - Returns: its name.
    func submit(_ arguments: [String]) throws -> String {
        let result = try Program.run(
            ["fleet", "submit", "--key", scratch.file("job.key")] + place("submit") + arguments
        )
        try #require(result.status == 0, "\(result.errors)")
        return result.text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Starts a command that runs until it is told to end, or is done.
    func start(_ arguments: [String]) throws -> ServerProcess {
        let place = place(arguments[0])
        return try ServerProcess(programPath, scratch: Scratch(), waits: false) { _, _ in
            ["fleet"] + Self.with(place, arguments)
        }
    }

    /// Before what stands behind `--`.
    private static func with(_ place: [String], _ arguments: [String]) -> [String] {
        let end = arguments.firstIndex(of: "--") ?? arguments.count
        return arguments[..<end] + place + arguments[end...]
    }

    func worker(_ name: String, _ more: [String] = []) throws -> ServerProcess {
        try start(
            ["work", "--trusted-key", scratch.file("job.pub"), "--name", name, "--allow-special"] + more
        )
    }

    /// The endpoints of all records in a folder.
    func endpoints(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".ndjson") }.flatMap
        { name in
            try Program.records(try String(contentsOfFile: folder + "/" + name, encoding: .utf8)).map(
                \.endpoint
            )
        }
    }

    /// All records in a folder.
    func records(in folder: String) throws -> [Record] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".ndjson") }.flatMap
        {
            try Program.records(try String(contentsOfFile: folder + "/" + $0, encoding: .utf8))
        }
    }

    /// What status says of workers.
    func workers() throws -> [Record] {
        let result = try Program.run(["fleet", "status", "--format", "ndjson"] + place("watch"))
        return try Program.records(result.text).filter { $0.text("type") == "worker" }
    }

    /// What status says of a job.
    func status(_ job: String) throws -> [String: Any]? {
        let result = try Program.run(["fleet", "status", "--format", "ndjson"] + place("watch"))
        guard result.status == 0 else { return nil }
        return try Program.records(result.text).first { $0.text("job") == job }?.object
    }
}

/// Whether a process that was started has ended.
func hasEnded(_ process: ServerProcess) -> Bool { kill(-process.group, 0) != 0 }

extension ServerProcess {
    /// What it has said.
    var log: String { (try? String(contentsOfFile: scratch.file("log"), encoding: .utf8)) ?? "" }
}
