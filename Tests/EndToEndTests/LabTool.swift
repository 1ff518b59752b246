import TestSupport
import Testing

/// A tool's published defaults on a real server, or one weak mark of it on the same server.
struct LabTool: Sendable, CustomTestStringConvertible {
    /// As the signatures call it.
    let name: String
    let server: LabServer
    /// The certificate, by the facts that the tool's rules cite.
    let certificate: @Sendable () throws -> LabCertificate
    let answers: [LabAnswer]

    var testDescription: String { "\(name) on \(server.rawValue)" }

    func start() throws -> ServerProcess { try server.start(certificate(), answers) }

    private static let p256 = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    private static let p384 = ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"]

    /// What one meets every day: the certificate of a host that somebody set up for themselves.
    private static let ordinary: @Sendable () throws -> LabCertificate = {
        try LabCertificate(
            "/C=DE/O=Example GmbH/CN=intranet.example.com",
            days: 90,
            extensions: "subjectAltName=DNS:intranet.example.com\nextendedKeyUsage=serverAuth\n"
        )
    }

    // MARK: Published defaults

    static let published = [
        LabTool(
            name: "Gophish",
            server: .nginx,
            certificate: { try LabCertificate("/O=Gophish", key: p384) },
            answers: [LabAnswer(status: 404, headers: ["X-Server: gophish"], type: "text/plain")]
        ),
        LabTool(
            name: "Manjusaka",
            server: .nginx,
            certificate: { try LabCertificate("/C=QQ/ST=manjusaka/L=qq/O=Default Company Ltd") },
            answers: [LabAnswer(body: "<title>Manjusaka</title>")]
        ),
        LabTool(
            name: "Mythic",
            server: .nginx,
            certificate: { try LabCertificate("/O=Mythic") },
            answers: [
                LabAnswer(path: "/new/login", body: "<!doctype html><title>Mythic</title>"),
                LabAnswer(status: 302, headers: ["Location: /new/login"]),
            ]
        ),
        LabTool(
            name: "CyberStrikeAI",
            server: .haproxy,
            certificate: {
                try LabCertificate(
                    "/CN=CyberStrikeAI",
                    key: p256,
                    days: 365,
                    extensions: """
                        subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1
                        keyUsage=critical,digitalSignature
                        extendedKeyUsage=serverAuth

                        """
                )
            },
            answers: [LabAnswer(body: "<title>CyberStrikeAI</title>")]
        ),
        LabTool(
            name: "AdaptixC2",
            server: .haproxy,
            certificate: { try LabCertificate("/C=US/ST=State/L=City/O=AdaptixC2/CN=localhost") },
            answers: [LabAnswer(status: 404, headers: ["Server: AdaptixC2", "Adaptix-Version: v1.2"])]
        ),
        LabTool(
            name: "DeimosC2",
            server: .caddy,
            certificate: { try goSample() },
            answers: [LabAnswer(path: "/login", body: "<title>Deimos C2</title>"), .notFound]
        ),
        LabTool(
            name: "Sliver",
            server: .caddy,
            certificate: {
                try LabCertificate("/CN=multiplayer", issuer: "/CN=operators", ca: true, key: p384)
            },
            answers: [
                LabAnswer(status: 404, headers: ["Cache-Control: no-store, no-cache, must-revalidate"])
            ]
        ),
        LabTool(
            name: "pwndrop",
            server: .caddy,
            certificate: { try pwndropFallback() },
            answers: [LabAnswer(body: "<title>pwndrop :: login</title>")]
        ),
        LabTool(
            name: "BeEF",
            server: .python,
            certificate: {
                try LabCertificate("/C=UK/O=Bovine Land/OU=Browser Exploitation Framework/CN=beef")
            },
            answers: [
                LabAnswer(
                    path: "/hook.js",
                    headers: [
                        "Content-Type: text/javascript", "Server: Apache/2.2.3 (CentOS)", "Pragma: no-cache",
                        "Expires: 0",
                    ],
                    type: "",
                    body: "// Browser Exploitation Framework (BeEF) - http://beefproject.com\n"
                ), .notFound,
            ]
        ),
        LabTool(
            name: "Pupy",
            server: .python,
            certificate: {
                try LabCertificate(
                    "/O=qWzKdLmTbn/OU=CONTROL",
                    issuer: "/O=HrXvPcSeYf",
                    ca: true,
                    key: ["rsa:1024"],
                    days: 365,
                    serial: "2"
                )
            },
            answers: [
                LabAnswer(
                    headers: [
                        "Server: nginx/1.13.8", "ETag: \"aa3939fc357723135870d5036b12a67097b03309\"",
                    ]
                )
            ]
        ),
        LabTool(
            name: "Metasploit Framework",
            server: .python,
            certificate: {
                try LabCertificate(
                    "/C=US/ST=TX/L=Austin/O=Kuhlman/CN=kuhlman.example.com",
                    issuer: "/C=US/O=Weimann/CN=Weimann Group",
                    days: 1825,
                    extensions: "basicConstraints=CA:FALSE\n"
                )
            },
            answers: [
                LabAnswer(
                    headers: ["Connection: close", "Server: Apache"],
                    type: "",
                    body: "<h3>No site configured at this address</h3>"
                )
            ]
        ),
        LabTool(
            name: "Cobalt Strike",
            server: .java,
            certificate: {
                try LabCertificate(
                    "/ST=Cyberspace/L=Somewhere/O=cobaltstrike/OU=AdvancedPenTesting/CN=Major Cobalt Strike",
                    serial: "146473198"
                )
            },
            answers: [.notFound]
        ),
        LabTool(
            name: "Burp Collaborator",
            server: .java,
            certificate: { try LabCertificate("/CN=*.burpcollaborator.net", issuer: "/CN=Lab CA", ca: true) },
            answers: [
                LabAnswer(
                    headers: [
                        "Server: Burp Collaborator https://burpcollaborator.net/",
                        "X-Collaborator-Version: 4",
                    ],
                    body: "<html><body>lab</body></html>"
                )
            ]
        ),
    ]

    /// As the sample program in Go's library makes it.
    private static func goSample() throws -> LabCertificate {
        try LabCertificate(
            "/O=Acme Co",
            key: p256,
            days: 365,
            extensions: "basicConstraints=critical,CA:FALSE\nsubjectAltName=DNS:deimos.example.com\n"
        )
    }

    private static func pwndropFallback() throws -> LabCertificate {
        try LabCertificate(
            "/CN=kd83hf0s",
            extensions: "keyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=clientAuth,serverAuth\n"
        )
    }

    // MARK: One weak mark

    static let weak = [
        LabTool(
            name: "Gophish",
            server: .nginx,
            certificate: ordinary,
            answers: [
                LabAnswer(path: "/robots.txt", type: "text/plain", body: "User-agent: *\nDisallow: /\n"),
                LabAnswer(status: 404, type: "text/plain"),
            ]
        ),
        LabTool(
            name: "Manjusaka",
            server: .nginx,
            certificate: ordinary,
            answers: [LabAnswer(body: "<title>The red spider lily, or Manjusaka</title>")]
        ),
        LabTool(
            name: "CyberStrikeAI",
            server: .haproxy,
            certificate: ordinary,
            answers: [LabAnswer(status: 404, body: "<html><body><h1>404 Not Found</h1></body></html>")]
        ),
        LabTool(
            name: "DeimosC2",
            server: .caddy,
            certificate: { try goSample() },
            answers: [LabAnswer(body: "ok")]
        ),
        LabTool(
            name: "Sliver",
            server: .caddy,
            certificate: ordinary,
            answers: [LabAnswer(body: "<h1>/</h1> <a href=sliver-client_linux>sliver-client_linux</a>")]
        ),
        LabTool(
            name: "pwndrop",
            server: .caddy,
            certificate: { try pwndropFallback() },
            answers: [LabAnswer(body: "ok")]
        ),
        LabTool(
            name: "BeEF",
            server: .python,
            certificate: { try LabCertificate("/CN=localhost", key: ["rsa:4096"]) },
            answers: [LabAnswer(body: "ok")]
        ),
        LabTool(
            name: "Metasploit Framework",
            server: .python,
            certificate: { try LabCertificate("/CN=qnxsw", extensions: "basicConstraints=CA:TRUE\n") },
            answers: [LabAnswer(body: "ok")]
        ),
        LabTool(
            name: "Cobalt Strike",
            server: .javaRaw,
            certificate: ordinary,
            answers: [
                LabAnswer(
                    headers: [
                        "Date: Sun, 22 Nov 2026 08:00:00 GMT", "Server: Apache", "Content-Length: 2",
                        "Keep-Alive: timeout=10, max=100", "Connection: Keep-Alive",
                    ],
                    body: "ok"
                )
            ]
        ),
    ]
}
