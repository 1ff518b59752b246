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

    /// One nginx: any address on its first port is ordinary; on its second the given server answers.
    private func start(_ scratch: Scratch, ordinary: String, second: String) throws -> (ServerProcess, UInt16)
    {
        let pair = try ordinaryCertificate(scratch)
        let other = freePort()
        let server = try ServerProcess("nginx", scratch: scratch) { port, scratch in
            let common = "ssl_protocols TLSv1.2 TLSv1.3;"
            let path = try scratch.write(
                "nginx.conf",
                """
                daemon off; worker_processes 1; pid \(scratch.file("pid")); error_log stderr crit;
                events { worker_connections 4096; }
                http {
                    access_log off; client_body_temp_path \(scratch.path); proxy_temp_path \(scratch.path);
                    fastcgi_temp_path \(scratch.path); uwsgi_temp_path \(scratch.path); scgi_temp_path \(scratch.path);
                    \(common) ssl_certificate \(pair.certificate); ssl_certificate_key \(pair.key);
                    server { listen 0.0.0.0:\(port) ssl; \(ordinary) }
                    server { listen 0.0.0.0:\(other) ssl; \(second) }
                }
                """
            )
            return ["-p", scratch.path, "-c", path]
        }
        return (server, other)
    }

    private func scan(_ level: String, _ targets: [String], _ scratch: Scratch) throws -> (
        leads: Set<String>, connections: Int
    ) {
        let summary = scratch.file("summary-\(level).json")
        let result = try Program.run(
            ["scan", "-q", "--probe", level, "--include-special", "-c", "64", "--summary", summary] + targets
        )
        #expect(result.status == 0, "\(result.errors)")
        var leads: Set<String> = []
        for record in try Program.records(result.text) {
            for lead in (record["hallmark.leads"] as? [[String: Any]]) ?? [] {
                let software = (lead["software"] as? [String: Any])?["name"] as? String ?? "?"
                leads.insert("\(record.endpoint) \(software)")
            }
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: summary))
        let told = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        return (leads, try #require(told["connections"] as? Int))
    }

    /// A thousand ordinary endpoints and ten with a tool's certificate.
    @Test func adaptiveFindsTheSameWithATenthOfTheConnections() throws {
        let scratch = Scratch()
        let tool = try TestCertificate(
            subject: "/O=Gophish",
            algorithm: ["ec", "ec_paramgen_curve:P-384"],
            days: 3650
        )
        let (server, other) = try start(
            scratch,
            ordinary: "location / { return 200 'ok'; }",
            second: """
                ssl_certificate \(tool.certificate); ssl_certificate_key \(tool.key);
                add_header X-Server gophish always; location / { return 404; }
                """
        )
        let targets = ["127.30.0.0-127.30.3.231:\(server.port)", "127.31.0.1-127.31.0.10:\(other)"]
        let adaptive = try scan("adaptive", targets, scratch)
        let full = try scan("full", targets, scratch)
        #expect(full.leads.count == 10)
        #expect(adaptive.leads == full.leads)
        #expect(
            adaptive.connections * 10 <= full.connections,
            "\(adaptive.connections) of \(full.connections)"
        )
    }

    /// The one thing that adaptive probing can't see, as its help says.
    @Test func marksInHTTPAloneNeedFullProbing() throws {
        let scratch = Scratch()
        let (server, other) = try start(
            scratch,
            ordinary: "location / { return 200 'ok'; }",
            second: "add_header X-Server gophish always; location / { return 404; }"
        )
        let targets = ["127.0.0.1:\(server.port)", "127.0.0.1:\(other)"]
        #expect(try scan("adaptive", targets, scratch).leads.isEmpty)
        #expect(try scan("full", targets, scratch).leads == ["127.0.0.1:\(other) Gophish"])
    }
}
