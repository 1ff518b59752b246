import Foundation
import TestSupport
import Testing

/// What `Docs/corpus.md` says that a corpus keeps comes out of it as it went in.
@Suite struct RoundTripTests {
    /// Fields, and objects with all that is in them, that the page names.
    private static let kept = [
        "@timestamp", "server.address", "server.ip", "server.port", "server.domain",
        "tls.client.server_name", "tls.version", "tls.curve", "tls.server.hash.", "tls.server.x509.",
        "tls.server.subject", "tls.server.issuer", "tls.server.not_before", "tls.server.not_after",
        "tls.server.certificate_chain", "tls.server.jarm", "tls.server.ja3s", "tls.server.ja4s",
        "tls.server.ja4x", "hallmark.certificate.", "hallmark.stack", "hallmark.favicon.mmh3",
        "http.response.title", "http.response.header.server", "http.response.header_order_hash",
        "http.response.headers_hash", "http.response.html_hash", "http.response.body.sha256",
        "hallmark.leads[0].software.", "hallmark.leads[0].confidence", "hallmark.leads[0].label",
    ]
    /// What every line has besides, in a record of the corpus as in any other.
    private static let frame = ["ecs.", "event.", "network."]

    /// Every value by its path: `hallmark.leads[0].confidence`.
    private static func flat(_ value: Any, _ path: String, into values: inout [String: String]) {
        switch value {
        case let object as [String: Any]:
            for (name, member) in object {
                flat(member, path.isEmpty ? name : path + "." + name, into: &values)
            }
        case let array as [Any]:
            for (index, element) in array.enumerated() { flat(element, "\(path)[\(index)]", into: &values) }
        default: values[path] = "\(value)"
        }
    }

    private static func values(_ record: Record) -> [String: String] {
        var values: [String: String] = [:]
        flat(record.object, "", into: &values)
        return values
    }

    private static func isAmong(_ path: String, _ names: [String]) -> Bool {
        names.contains { path == $0 || $0.hasSuffix(".") && path.hasPrefix($0) || path.hasPrefix($0 + "[") }
    }

    @Test func whatIsKeptComesOutEqual() throws {
        let scratch = Scratch()
        let subject =
            "/C=US/ST=Cyberspace/L=Somewhere/O=cobaltstrike/OU=AdvancedPenTesting/CN=Major Cobalt Strike"
        let certificate = try TestCertificate(subject: subject, extra: ["-set_serial", "0x08BB00EE"])
        try scratch.write("favicon.ico", "an icon")
        try scratch.write("index.html", "<title>It \"works\" \u{e9}</title>")
        let server = try Nginx.start(certificate, server: "charset utf-8; root \(scratch.path);")
        let corpus = scratch.file("corpus.sqlite")
        let scan = try Program.run([
            "scan", "localhost:\(server.port)", "--probe", "full", "--ja4plus", "--chain", "leaf", "-q",
            "--corpus", corpus,
        ])
        try #require(scan.status == 0, "\(scan.errors)")
        let export = try Program.run(["corpus", "export", "--corpus", corpus])
        try #require(export.status == 0, "\(export.errors)")
        let before = Self.values(try #require(try Program.records(scan.text).first))
        let after = Self.values(try #require(try Program.records(export.text).first))
        let expected = before.filter { Self.isAmong($0.key, Self.kept) }
        let found = after.filter { Self.isAmong($0.key, Self.kept) }
        #expect(expected.count > 50)
        for path in Set(expected.keys).union(found.keys).sorted() {
            #expect(expected[path] == found[path], "\(path)")
        }
        // Nothing else goes out as if it had been seen.
        let others = after.keys.filter { !Self.isAmong($0, Self.kept + Self.frame) }
        #expect(others.isEmpty, "\(others)")
        for name in ["tls.server.jarm", "hallmark.favicon.mmh3", "http.response.title"] {
            #expect(expected[name] != nil, "\(name) was not seen")
        }

        // And once more, through a second corpus: the same lines.
        let second = scratch.file("second.sqlite")
        let path = try scratch.write("export.ndjson", export.text)
        let added = try Program.run(["corpus", "add", path, "--corpus", second])
        #expect(added.status == 0, "\(added.errors)")
        #expect(try Program.run(["corpus", "export", "--corpus", second]).text == export.text)
    }
}
