import Foundation
import TestSupport
import Testing

/// What holds a scan up ends with a signal, or with a word and an exit code that say it was this machine.
@Suite struct HeldUpTests {
    private static let isRoot = getuid() == 0
    private static let hasNamespaces =
        (try? run("unshare", ["-n", "ip", "link", "set", "lo", "up"]).status) == 0

    private func tool(_ name: String, _ arguments: [String]) throws -> CommandResult {
        let scan = [Program.path, "scan", "--no-signatures", "--probe", "certificate"]
        return try run(
            "/usr/bin/python3",
            [projectFolder + "/Tests/Tools/" + name] + arguments.prefix(2) + scan + arguments.dropFirst(2)
        )
    }

    /// Records that nobody reads hold up the loops; a second signal ends them all the same.
    @Test(arguments: ["INT,INT", "TERM,TERM", "HUP,HUP", "INT,TERM", "HUP,TERM"])
    func aStuckReader(_ signals: String) throws {
        let result = try tool(
            "held_up.py",
            ["reader", signals, "127.60.0.0/18:9", "--include-special", "-q"]
        )
        #expect(result.text == "130\n", "\(result.errors)")
    }

    /// One signal is enough where nothing has begun.
    @Test(arguments: ["INT", "TERM", "HUP"]) func aLowRate(_ signal: String) throws {
        let result = try tool(
            "held_up.py",
            ["rate", signal, "127.60.0.0/28:9", "--include-special", "--rate", "0.01", "-q"]
        )
        #expect(result.text == "130\n", "\(result.errors)")
    }

    @Test(arguments: ["INT,INT", "TERM,TERM", "HUP,HUP"]) func aNameServerThatNeverAnswers(_ signals: String)
        throws
    {
        let result = try tool("held_up.py", ["dns", signals, "a.example:9", "b.example:9", "-q"])
        #expect(result.text == "130\n", "\(result.errors)")
    }

    /// Without a signal it is waited for, and then this machine's trouble; the others have their records.
    @Test func namesThatCannotBeAskedForAreLostHere() throws {
        let scratch = Scratch()
        let server = try ServerProcess("/usr/bin/python3", scratch: scratch) { port, scratch in
            [
                try scratch.write(
                    "silent.py",
                    """
                    import socket
                    listener = socket.create_server(("127.0.0.1", \(port)))
                    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    names.bind(("127.0.0.1", \(port)))
                    while True: names.recv(1000)
                    """
                )
            ]
        }
        let result = try Program.run([
            "scan", "--no-signatures", "--probe", "certificate", "--resolver", "127.0.0.1:\(server.port)",
            "a.example:9",
            "127.60.0.1:9", "--summary", scratch.file("summary"),
        ])
        #expect(result.status == 1, "\(result.errors)")
        let codes = try Program.records(result.text).compactMap(\.code)
        #expect(codes.sorted() == ["connection_refused", "local_error"])
        #expect(result.errors.contains("1 endpoint not looked at"), "\(result.errors)")
        let summary = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(fileURLWithPath: scratch.file("summary")))
        )
        #expect((summary as? [String: Any])?["lost_here"] as? Int == 1)
    }

    /// An interface that is away for a second costs nothing; one that stays away is nobody else's fault.
    @Test(.enabled(if: hasNamespaces), arguments: ["1", "0"]) func anInterfaceThatIsAway(_ seconds: String)
        throws
    {
        let scan = [Program.path, "scan", "--no-signatures", "--probe", "certificate", "--in-order"]
        let pace = ["--rate", "4"]
        let script = projectFolder + "/Tests/Tools/route_away.py"
        let result = try run("unshare", ["-n", "/usr/bin/python3", script, seconds] + scan + pace)
        if seconds == "1" {
            #expect(result.text == "0 connection_refused=12\n", "\(result.errors)")
        } else {
            let counts = result.text.split(separator: " ")
            #expect(counts.first == "1" && counts.count == 3, "\(result.text)\(result.errors)")
            #expect(result.text.contains("connection_refused=") && result.text.contains("local_error="))
            #expect(result.errors.contains("not looked at, or not by every probe, because of this machine"))
        }
    }

    /// Without a thread there is nothing: that is said, and nothing waits.
    @Test(.enabled(if: isRoot)) func noThreadCanBeMade() throws {
        let script = """
            import os, resource, subprocess, sys
            def unprivileged():
                resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
                # Somebody who has no other process, whatever else runs on the machine.
                os.setgid(65534)
                os.setuid(50000 + os.getpid() % 10000)
            result = subprocess.run(sys.argv[1:], preexec_fn=unprivileged, env={**os.environ, "HOME": "/"}, capture_output=True, timeout=100, cwd="/")
            print(result.returncode, result.stderr.decode())
            """
        // The program lies where nobody may go.
        let scratch = Scratch()
        let program = scratch.file("hallmark")
        try check("bash", ["-c", "cp \"$0\" \"$1\"; chmod 755 \"$1\" \"${1%/*}\"", Program.path, program])
        // Libraries that load rules and open corpora want threads, too.
        for command in [
            ["scan", "127.60.0.1:9", "--no-signatures", "-q"], ["match", "/dev/null"],
            ["corpus", "stats", "--corpus", "/nowhere"], ["signatures", "list"],
        ] {
            let result = try run("/usr/bin/python3", ["-c", script, program] + command)
            let isSaid = result.text.hasPrefix("1 ") && result.text.contains("no thread can be made")
            #expect(isSaid, "\(command): \(result.text)\(result.errors)")
        }
    }
}
