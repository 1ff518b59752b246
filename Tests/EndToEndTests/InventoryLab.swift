import Foundation
import TestSupport
import Testing

/// A lab on loopback in which every finding of a comparison occurs: real servers with openssl's certificates,
/// and the inventory of those who run them.
///
/// All servers stand on one port. `change` turns last week's lab into this week's.
final class InventoryLab {
    let scratch = Scratch()
    let port = freePort()
    private var server: ServerProcess?

    /// An address with the certificate that stands there.
    private struct Endpoint {
        let address: String
        let certificate: String
        var directives = ""
    }

    private static let lasting = [
        Endpoint(address: "127.30.0.1", certificate: "shop"),
        Endpoint(address: "127.30.0.3", certificate: "family-logged"),
        Endpoint(address: "127.30.0.4", certificate: "shop"),
        Endpoint(address: "127.30.0.5", certificate: "old"),
        Endpoint(address: "127.30.0.6", certificate: "box"),
        Endpoint(address: "127.30.0.9", certificate: "soon"),
        Endpoint(address: "127.30.0.10", certificate: "early"),
        Endpoint(
            address: "127.30.0.11",
            certificate: "weak",
            directives: "ssl_ciphers ALL:@SECLEVEL=0;"
        ),
        Endpoint(
            address: "127.30.0.12",
            certificate: "legacy",
            directives: "ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;"
        ),
        Endpoint(address: "127.30.0.13", certificate: "long"),
        Endpoint(address: "127.30.0.14", certificate: "self"),
        Endpoint(address: "127.30.0.15", certificate: "guest"),
        Endpoint(address: "127.30.0.16", certificate: "stranger"),
        Endpoint(address: "127.30.0.17", certificate: "twin-1"),
        Endpoint(address: "127.30.0.18", certificate: "twin-2"),
        Endpoint(address: "127.30.0.19", certificate: "beacon"),
        Endpoint(address: "127.31.0.1", certificate: "foreign"),
        Endpoint(address: "127.31.0.2", certificate: "stranger"),
        Endpoint(address: "127.31.0.3", certificate: "beacon-2"),
    ]

    private static let before = [
        Endpoint(address: "127.30.0.2", certificate: "mail"),
        Endpoint(address: "127.30.0.8", certificate: "drift"),
        Endpoint(address: "127.30.0.20", certificate: "gone"),
    ]

    private static let after = [
        Endpoint(address: "127.30.0.2", certificate: "mail-renewed"),
        Endpoint(address: "127.30.0.8", certificate: "drifted"),
        Endpoint(address: "127.30.0.21", certificate: "new"),
    ]

    /// Makes the certificates and starts the servers as they stood last week.
    init() throws {
        try check("bash", [projectFolder + "/Tests/Lab/inventory-certificates.sh", scratch.path])
        try start(Self.lasting + Self.before)
    }

    /// From now on the servers are as they stand this week.
    func change() throws {
        server = nil
        try start(Self.lasting + Self.after)
    }

    private func start(_ endpoints: [Endpoint]) throws {
        let path = scratch.path
        // The address on which the server is known to listen, besides those of the lab.
        let servers = ([Endpoint(address: "127.0.0.1", certificate: "stranger")] + endpoints).map {
            """
            server {
                listen \($0.address):\(port) ssl;
                ssl_certificate \(path)/\($0.certificate).pem; ssl_certificate_key \(path)/\($0.certificate).key;
                location / { return 200 "ok\\n"; }
                \($0.directives)
            }
            """
        }
        server = try ServerProcess("nginx", port: port) { _, folder in
            let configuration = try folder.write(
                "nginx.conf",
                """
                daemon off; worker_processes 1; pid \(folder.file("pid")); error_log stderr;
                events { worker_connections 512; }
                http {
                    access_log off; client_body_temp_path \(folder.path); proxy_temp_path \(folder.path);
                    fastcgi_temp_path \(folder.path); uwsgi_temp_path \(folder.path); scgi_temp_path \(folder.path);
                    \(servers.joined(separator: "\n"))
                }
                """
            )
            return ["-p", folder.path, "-c", configuration]
        }
    }

    // MARK: What is asked

    /// All endpoints of the lab, whether they answer or not; the shop is asked for by its name.
    var targets: [String] {
        let inside = (2...21).map { "127.30.0.\($0):\(port)" }
        return ["127.30.0.1:\(port),shop.lab.test"] + inside + (1...3).map { "127.31.0.\($0):\(port)" }
    }

    func certificate(_ name: String) -> String { scratch.file(name + ".pem") }

    /// Scans targets of the lab with the certificate grab and the shipped signatures into a file.
    func sweep(_ name: String, _ targets: [String]? = nil, _ extra: [String] = []) throws -> String {
        let path = scratch.file(name)
        let result = try Program.run(
            ["scan", "-q", "--probe", "certificate", "-o", path] + extra + (targets ?? self.targets)
        )
        guard result.status == 0 else { throw CommandFailure(description: result.errors) }
        return path
    }

    // MARK: What is authorised

    /// SHA-256 of a certificate by openssl.
    func digest(_ name: String) throws -> String {
        try openssl("openssl x509 -in \"$0\" -outform DER | openssl dgst -sha256 -r", name)
    }

    /// SHA-256 of a certificate's public key by openssl.
    func key(_ name: String) throws -> String {
        try openssl(
            "openssl x509 -in \"$0\" -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r",
            name
        )
    }

    /// SHA-256 of what is signed of a certificate without SCTs, by openssl.
    func body(_ name: String) throws -> String {
        try openssl("openssl asn1parse -in \"$0\" -strparse 4 -noout -out - | openssl dgst -sha256 -r", name)
    }

    private func openssl(_ script: String, _ name: String) throws -> String {
        String(try check("bash", ["-o", "pipefail", "-c", script, certificate(name)]).text.prefix(64))
    }

    /// The entries of the inventory, as columns and their values.
    func inventory() throws -> [[String: [String]]] {
        func asset(_ address: String, _ owner: String, _ more: [String: [String]] = [:]) -> [String: [String]]
        {
            var row = more
            row["address"] = [address]
            row["ports"] = ["\(port)"]
            row["owner"] = [owner]
            return row
        }
        return [
            [
                "kind": ["policy"], "key_policy": ["RSA-2048", "ECDSA-256"], "min_tls": ["1.2"],
                "expiring_days": ["14"],
            ],
            ["kind": ["owned"], "address": ["127.30.0.0/24"]],
            asset(
                "shop.lab.test",
                "Web",
                [
                    "certificates": [try digest("shop")], "keys": [try key("shop")], "issuers": ["Lab CA"],
                    "names": ["shop.lab.test", "www.lab.test"], "labels": ["production", "tier one"],
                ]
            ),
            asset("127.30.0.2", "Mail", ["certificates": [try digest("mail")], "keys": [try key("mail")]]),
            asset(
                "127.30.0.3",
                "Web",
                ["certificates": [try digest("family")], "tbs": [try body("family")]]
            ),
            asset("127.30.0.4", "Pay", ["certificates": [try digest("pay")], "keys": [try key("pay")]]),
            asset("127.30.0.5", "Web", ["certificates": [try digest("old")]]),
            asset("127.30.0.7", "Mail", ["issuers": ["Lab CA"]]),
            asset("127.30.0.8", "Web", ["certificates": [try digest("drift")], "keys": [try key("drift")]]),
            asset("127.30.0.9", "Web"), asset("127.30.0.10", "Web"), asset("127.30.0.11", "Plant"),
            asset("127.30.0.12", "Plant"), asset("127.30.0.13", "Plant", ["max_lifetime_days": ["398"]]),
            asset("127.30.0.14", "Plant"), asset("127.30.0.15", "Web", ["issuers": ["Lab CA", "C=DE, O=X"]]),
            asset("127.30.0.16", "Web", ["names": ["api.lab.test"]]), asset("127.30.0.17", "Twins"),
            asset("127.30.0.18", "Twins"), asset("127.30.0.19", "Plant"), asset("127.30.0.20", "Web"),
        ]
    }

    /// Writes the inventory in the format that the file's name asks for, and returns its path.
    func inventory(as name: String) throws -> String {
        let rows = try inventory()
        switch name.split(separator: ".").last {
        case "ndjson":
            let lines = try rows.map { try JSONSerialization.data(withJSONObject: $0) }
            return try scratch.write(name, lines.map { String(decoding: $0, as: UTF8.self) + "\n" }.joined())
        case "yaml":
            // JSON's texts and lists are YAML's as well; one value may stand without a list.
            func entry(_ row: [String: [String]], _ indent: String) throws -> String {
                try row.filter { $0.key != "kind" }.sorted { $0.key < $1.key }.map { column, values in
                    let data = try JSONSerialization.data(
                        withJSONObject: values,
                        options: .withoutEscapingSlashes
                    )
                    let list = String(decoding: data, as: UTF8.self)
                    return "\(column): " + (values.count == 1 ? String(list.dropFirst().dropLast()) : list)
                }.joined(separator: "\n" + indent)
            }
            let assets = try rows.filter { $0["kind"] == nil }.map { "  - " + (try entry($0, "    ")) + "\n" }
            let owned = rows.filter { $0["kind"] == ["owned"] }.flatMap { $0["address"] ?? [] }
            return try scratch.write(
                name,
                "policy:\n  \(try entry(rows[0], "  "))\nowned: [\(owned.joined(separator: ", "))]\nassets:\n"
                    + assets.joined()
            )
        default:
            let columns = Set(rows.flatMap(\.keys)).sorted()
            let lines = rows.map { row in
                columns.map { "\"\((row[$0] ?? []).joined(separator: ";"))\"" }.joined(separator: ",")
            }
            return try scratch.write(
                name,
                ([columns.joined(separator: ",")] + lines).joined(separator: "\r\n") + "\r\n"
            )
        }
    }
}
