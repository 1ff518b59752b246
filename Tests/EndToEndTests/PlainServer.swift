import Foundation
import TestSupport
import Testing

/// Servers as they come: their own first page, and a certificate as their documentation or Debian makes it.
enum PlainServer: String, CaseIterable, Sendable {
    case nginx, apache, tomcat, go, node, haproxy, caddy, python, java

    func start() throws -> ServerProcess {
        switch self {
        case .nginx: try nginx()
        case .apache: try apache()
        case .tomcat: try tomcat()
        case .go: try go()
        case .node: try node()
        case .haproxy: try haproxy()
        case .caddy: try caddy()
        case .python: try python()
        case .java: try java()
        }
    }

    private func nginx() throws -> ServerProcess {
        let certificate = try LabCertificate.snakeoil()
        return try ServerProcess("nginx", keeping: [certificate.scratch]) { port, scratch in
            let server = "root /usr/share/nginx/html; index index.html;"
            return try LabServer.nginxArguments(certificate, port, scratch, server)
        }
    }

    private func apache() throws -> ServerProcess {
        let certificate = try LabCertificate.snakeoil()
        return try ServerProcess("/usr/sbin/apache2", keeping: [certificate.scratch]) { port, scratch in
            try Self.apacheArguments(certificate, port, scratch)
        }
    }

    /// Several workers, as Apache has them everywhere.
    static func apacheArguments(
        _ certificate: LabCertificate,
        _ port: UInt16,
        _ scratch: Scratch
    ) throws -> [String] {
        let modules = ["mpm_prefork", "authz_core", "dir", "mime", "socache_shmcb", "ssl"]
        let path = try scratch.write(
            "apache.conf",
            """
            ServerName build-host
            User www-data
            Group www-data
            ServerRoot \(scratch.path)
            PidFile \(scratch.file("pid"))
            DefaultRuntimeDir \(scratch.path)
            Mutex file:\(scratch.path)
            Listen 127.0.0.1:\(port)
            \(modules.map { "LoadModule \($0)_module /usr/lib/apache2/modules/mod_\($0).so" }.joined(separator: "\n"))
            TypesConfig /etc/mime.types
            ErrorLog /dev/stderr
            SSLEngine on
            SSLCertificateFile \(certificate.certificate)
            SSLCertificateKeyFile \(certificate.key)
            DocumentRoot /usr/share/apache2/default-site
            DirectoryIndex index.html

            """
        )
        return ["-DFOREGROUND", "-f", path]
    }

    /// Debian's web application, and the certificate that Tomcat's guide makes with keytool, every question
    /// left unanswered.
    private func tomcat() throws -> ServerProcess {
        try ServerProcess("env") { port, scratch in
            let store = scratch.file("store.p12")
            try check(
                "keytool",
                [
                    "-genkeypair", "-alias", "tomcat", "-keyalg", "RSA", "-keystore", store, "-storepass",
                    "changeit", "-dname",
                    "CN=Unknown, OU=Unknown, O=Unknown, L=Unknown, ST=Unknown, C=Unknown",
                ]
            )
            for folder in ["conf", "logs", "temp", "work"] { try check("mkdir", [scratch.file(folder)]) }
            try check("cp", ["/usr/share/tomcat10/etc/web.xml", scratch.file("conf")])
            try scratch.write(
                "conf/server.xml",
                """
                <Server port="-1"><Service name="Catalina">
                <Connector port="\(port)" address="127.0.0.1" SSLEnabled="true"><SSLHostConfig>
                <Certificate certificateKeystoreFile="\(store)" certificateKeystorePassword="changeit"/>
                </SSLHostConfig></Connector>
                <Engine name="Catalina" defaultHost="localhost">
                <Host name="localhost" appBase="/usr/share/tomcat10-root" autoDeploy="false" deployOnStartup="false">
                <Context path="" docBase="/usr/share/tomcat10-root/default_root"/>
                </Host></Engine></Service></Server>
                """
            )
            return [
                "CATALINA_HOME=/usr/share/tomcat10", "CATALINA_BASE=\(scratch.path)",
                "/usr/share/tomcat10/bin/catalina.sh", "run",
            ]
        }
    }

    /// `http.ListenAndServeTLS` without a handler, and the certificate of `crypto/tls/generate_cert.go`.
    private func go() throws -> ServerProcess {
        let folder = try #require(goFolder)
        return try ServerProcess("sh") { port, scratch in
            let program = try scratch.write(
                "main.go",
                """
                package main

                import "net/http"

                func main() {
                    panic(http.ListenAndServeTLS("127.0.0.1:\(port)", "cert.pem", "key.pem", nil))
                }
                """
            )
            let script = """
                cd "$1" && export HOME="$1" GO111MODULE=off GOFLAGS= GOTOOLCHAIN=local
                "$2/bin/go" build -o server "$3"
                "$2/bin/go" run "$2/src/crypto/tls/generate_cert.go" --host localhost
                """
            try check("sh", ["-ec", script, "sh", scratch.path, folder, program])
            return ["-c", "cd \"$0\" && exec ./server", scratch.path]
        }
    }

    /// Where Go is: Debian puts each version in a folder of its own.
    private var goFolder: String? {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib")) ?? []
        return found.filter { $0.hasPrefix("go-") }.sorted().last.map { "/usr/lib/" + $0 }
    }

    /// The example of the https module's documentation.
    private func node() throws -> ServerProcess {
        let certificate = try LabCertificate.snakeoil()
        return try ServerProcess("node", keeping: [certificate.scratch]) { port, scratch in
            let program = """
                const https = require('node:https');
                const fs = require('node:fs');
                const options = {
                  key: fs.readFileSync('\(certificate.key)'),
                  cert: fs.readFileSync('\(certificate.certificate)'),
                };
                https.createServer(options, (req, res) => {
                  res.writeHead(200);
                  res.end('hello world\\n');
                }).listen(\(port), '127.0.0.1');
                """
            return [try scratch.write("server.js", program)]
        }
    }

    /// No server behind it: its own error page.
    private func haproxy() throws -> ServerProcess {
        let certificate = try LabCertificate.snakeoil()
        return try ServerProcess("haproxy") { port, scratch in
            try LabServer.haproxyArguments(certificate, port, scratch, "")
        }
    }

    private func caddy() throws -> ServerProcess {
        try LabServer.caddy(try LabCertificate.snakeoil(), "root * /usr/share/caddy\nfile_server")
    }

    /// `SimpleHTTPRequestHandler` in a socket of the ssl module.
    private func python() throws -> ServerProcess {
        let certificate = try LabCertificate.snakeoil()
        return try ServerProcess("python3", keeping: [certificate.scratch]) { port, scratch in
            let program = """
                import http.server, ssl
                handler = http.server.SimpleHTTPRequestHandler
                server = http.server.ThreadingHTTPServer(("127.0.0.1", \(port)), handler)
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain("\(certificate.certificate)", "\(certificate.key)")
                server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
                server.serve_forever()
                """
            return [try scratch.write("server.py", program)]
        }
    }

    private func java() throws -> ServerProcess {
        let certificate = try LabCertificate.snakeoil()
        return try LabServer.java.start(certificate, [LabAnswer(body: "<title>hello</title>hello")])
    }
}
