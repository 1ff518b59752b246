import Foundation
import TestSupport
import Testing

/// What adaptive probing costs and finds, beside full probing of the same endpoints.
@Suite(.serialized) struct AdaptiveTests {
    /// A CA, and a certificate of ninety days by it: nothing about it is remarkable.
    private func ordinaryCertificate(_ scratch: Scratch) throws -> (certificate: String, key: String) {
        let (root, rootKey) = (scratch.file("root.pem"), scratch.file("root.key"))
        let curve = ["-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        try check(
            "openssl",
            [
                "req", "-x509", "-subj", "/O=Example Lab/CN=Example Lab Root", "-days", "3650", "-keyout",
                rootKey, "-out", root,
            ]
                + curve
        )
        try check(
            "openssl",
            [
                "req", "-subj", "/CN=shop.example.com", "-keyout", scratch.file("key.pem"), "-out",
                scratch.file("csr"),
            ] + curve
        )
        let extensions = try scratch.write(
            "extensions",
            "subjectAltName=DNS:shop.example.com\nextendedKeyUsage=serverAuth\nbasicConstraints=critical,CA:FALSE\n"
        )
        try check(
            "openssl",
            [
                "x509", "-req", "-in", scratch.file("csr"), "-CA", root, "-CAkey", rootKey, "-days", "90",
                "-extfile", extensions,
            ]
                + ["-out", scratch.file("leaf.pem")]
        )
        return (scratch.file("leaf.pem"), scratch.file("key.pem"))
    }

    /// One nginx: any address on its first port is ordinary; on each further port one of the given servers
    /// answers.
    private func start(
        _ scratch: Scratch,
        ordinary: String,
        others: [String]
    ) throws -> (ServerProcess, [UInt16]) {
        let pair = try ordinaryCertificate(scratch)
        let ports = others.map { _ in freePort() }
        let further = zip(ports, others).map { "server { listen 0.0.0.0:\($0) ssl; \($1) }" }
        let server = try ServerProcess("nginx", scratch: scratch) { port, scratch in
            let path = try scratch.write(
                "nginx.conf",
                """
                daemon off; worker_processes 1; pid \(scratch.file("pid")); error_log stderr crit;
                events { worker_connections 4096; }
                http {
                    access_log off; client_body_temp_path \(scratch.path); proxy_temp_path \(scratch.path);
                    fastcgi_temp_path \(scratch.path); uwsgi_temp_path \(scratch.path); scgi_temp_path \(scratch.path);
                    ssl_certificate \(pair.certificate); ssl_certificate_key \(pair.key);
                    server { listen 0.0.0.0:\(port) ssl; ssl_protocols TLSv1.2 TLSv1.3; \(ordinary) }
                    \(further.joined(separator: "\n"))
                }
                """
            )
            return ["-p", scratch.path, "-c", path]
        }
        return (server, ports)
    }

    private func scan(_ level: String, _ targets: [String], _ scratch: Scratch, _ more: [String] = []) throws
        -> (leads: Set<String>, connections: Int)
    {
        let summary = scratch.file("summary-\(level).json")
        let result = try Program.run(
            ["scan", "-q", "--probe", level, "--include-special", "-c", "64", "--summary", summary] + targets
                + more
        )
        #expect(result.status == 0, "\(result.errors)")
        var leads: Set<String> = []
        for record in try Program.records(result.text) {
            leads.formUnion(record.leads.map { "\(record.endpoint) \($0.software) \($0.confidence)" })
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: summary))
        let told = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        return (leads, try #require(told["connections"] as? Int))
    }

    /// A rule of the lab's own for what it calls `software`.
    private func rule(
        _ title: String,
        _ software: String,
        _ field: String,
        _ value: String,
        block: String = ""
    )
        -> String
    {
        """
        title: \(title)
        logsource: {product: hallmark, category: tls_observation}
        detection:
          mark:
            \(field): '\(value)'
          condition: mark
        hallmark:
          \(block.isEmpty ? "software: {name: \(software)}" : block)
          specificity: strong

        """
    }

    /// Directives of a server with a TLS stack of its own, a page of its own, and the ordinary certificate.
    private func implant(_ name: String, _ stack: String) -> String {
        "\(stack) location / { default_type text/html; return 200 '<title>\(name)</title>'; }"
    }

    /// A thousand ordinary endpoints, four with a tool's certificate, and six with nothing but a tool's TLS
    /// stack.
    ///
    /// The shipped library holds no stack fingerprint of a tool, so that the lab brings rules of its own for
    /// two.
    @Test func adaptiveFindsTheSameWithANinthOfTheConnections() throws {
        let scratch = Scratch()
        let tool = try TestCertificate(
            subject: "/O=Gophish",
            algorithm: ["ec", "ec_paramgen_curve:P-384"],
            days: 3650
        )
        let (server, ports) = try start(
            scratch,
            ordinary: "location / { return 200 'ok'; }",
            others: [
                """
                ssl_certificate \(tool.certificate); ssl_certificate_key \(tool.key);
                add_header X-Server gophish always; location / { return 404; }
                """,
                implant("First implant", "ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES256-SHA;"),
                implant(
                    "Second implant",
                    "ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-CHACHA20-POLY1305;"
                ),
            ]
        )
        let marks = [
            ("First implant", "tls.server.ja3s", ports[1]), ("Second implant", "hallmark.stack", ports[2]),
        ]
        for (index, (name, field, port)) in marks.enumerated() {
            let seen = try Program.scan(["127.31.0.1:\(port)", "--probe", "certificate", "--include-special"])
            let value = try #require(seen.first?.text(field))
            try scratch.write("stack-\(index).yml", rule("Stack of the \(name)", name, field, value))
            try scratch.write(
                "page-\(index).yml",
                rule("Page of the \(name)", name, "http.response.title", name)
            )
        }
        let targets =
            ["127.30.0.0-127.30.3.231:\(server.port)", "127.31.0.1-127.31.0.4:\(ports[0])"]
            + ports.dropFirst().map { "127.31.0.1-127.31.0.3:\($0)" }
        let rules = ["--signatures", scratch.path]
        let adaptive = try scan("adaptive", targets, scratch, rules)
        let full = try scan("full", targets, scratch, rules)
        #expect(full.leads.count == 10)
        // Stack and page, of two kinds and each strong.
        #expect(full.leads.count { $0.hasSuffix("implant 84") } == 6)
        #expect(adaptive.leads == full.leads)
        #expect(
            adaptive.connections * 9 <= full.connections,
            "\(adaptive.connections) of \(full.connections)"
        )
    }

    /// Where rules know the innocent stacks, one that they do not know is looked at, and says that this is
    /// why.
    @Test func stackThatNoInnocentRuleKnows() throws {
        let scratch = Scratch()
        let (server, ports) = try start(
            scratch,
            ordinary: "location / { return 200 'ok'; }",
            others: [implant("Stranger", "ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES256-SHA;")]
        )
        let targets = ["127.0.0.1:\(server.port)", "127.0.0.1:\(ports[0])"]
        let known = try #require(try Program.scan([targets[0]]).first?.text("hallmark.stack"))
        let scan = { (more: [String]) in
            try Program.records(
                Program.run(
                    ["scan", "-q", "--no-default-signatures", "--signatures", scratch.path] + targets + more
                )
                .text
            )
            .sorted {
                $0.number("server.port") == Int(server.port) && $1.number("server.port") != Int(server.port)
            }
            .map { $0.reasons }
        }
        try scratch.write("stranger.yml", rule("Stranger", "Stranger", "http.response.title", "Other"))
        #expect(try scan([]).allSatisfy { $0["jarm"] == "unremarkable" && $0["http"] == "unremarkable" })
        let benign = "benign: {name: Our web server, lookalike_of: [any], effect: note}"
        try scratch.write("ours.yml", rule("Ours", "", "hallmark.stack", known, block: benign))
        let reasons = try scan([])
        #expect(reasons.map { $0["jarm"] } == ["unremarkable", "unknown_stack"])
        #expect(reasons.map { $0["http"] } == ["unremarkable", "unknown_stack"])
    }

    /// The one thing that adaptive probing can't see, as its help says.
    @Test func marksInHTTPAloneNeedFullProbing() throws {
        let scratch = Scratch()
        let (server, ports) = try start(
            scratch,
            ordinary: "location / { return 200 'ok'; }",
            others: ["add_header X-Server gophish always; location / { return 404; }"]
        )
        let targets = ["127.0.0.1:\(server.port)", "127.0.0.1:\(ports[0])"]
        #expect(try scan("adaptive", targets, scratch).leads.isEmpty)
        #expect(try scan("full", targets, scratch).leads == ["127.0.0.1:\(ports[0]) Gophish 45"])
    }
}
