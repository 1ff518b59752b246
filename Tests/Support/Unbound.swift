/// unbound on loopback, in the foreground and without privileges, as a name server with zones of ours.
package enum Unbound {
    /// - Parameters:
    ///   - server: lines for the `server:` clause besides those that every test needs.
    ///   - clauses: makes further clauses from the scratch folder.
    package static func start(
        server: [String],
        clauses: (Scratch) throws -> String = { _ in "" }
    ) throws -> ServerProcess {
        try ServerProcess("unbound") { port, scratch in
            let path = try scratch.write(
                "unbound.conf",
                """
                server:
                    interface: 127.0.0.1@\(port)
                    do-daemonize: no
                    username: ""
                    chroot: ""
                    directory: "\(scratch.path)"
                    pidfile: "\(scratch.file("pid"))"
                    use-syslog: no
                    num-threads: 1
                \(server.map { "    " + $0 }.joined(separator: "\n"))
                \(try clauses(scratch))
                remote-control:
                    control-enable: no

                """
            )
            return ["-d", "-c", path]
        }
    }
}
