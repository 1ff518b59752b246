import Foundation
import TestSupport

/// What a lab server answers.
struct LabAnswer: Sendable {
    /// `*` is every path that has no answer of its own.
    var path = "*"
    var status = 200
    var headers: [String] = []
    var type = "text/html"
    var body = ""

    static let notFound = LabAnswer(status: 404, type: "text/plain")

    /// A header's name and value.
    var pairs: [(name: String, value: String)] {
        headers.map { header in
            let parts = header.split(separator: ":", maxSplits: 1)
            return (String(parts[0]), parts[1].trimmingCharacters(in: .whitespaces))
        }
    }
}

/// Real servers that are told what to answer; everything else about them is their own.
enum LabServer: String, Sendable {
    case nginx, haproxy, caddy, python, java
    /// Java's TLS, with headers in the order in which they are given.
    case javaRaw

    func start(_ certificate: LabCertificate, _ answers: [LabAnswer]) throws -> ServerProcess {
        switch self {
        case .nginx: try Self.nginx(certificate, answers)
        case .haproxy: try Self.haproxy(certificate, answers)
        case .caddy: try Self.caddy(certificate, answers)
        case .python: try Self.python(certificate, answers)
        case .java: try Self.java(certificate, answers, [])
        case .javaRaw: try Self.java(certificate, answers, ["raw"])
        }
    }

    private static func nginx(_ certificate: LabCertificate, _ answers: [LabAnswer]) throws -> ServerProcess {
        let locations = answers.map { answer in
            """
            location \(answer.path == "*" ? "/" : "= \(answer.path)") {
                default_type "\(answer.type)";
                \(answer.pairs.map { "add_header \($0.name) '\($0.value)' always;" }.joined(separator: " "))
                return \(answer.status) '\(answer.body)';
            }
            """
        }
        return try ServerProcess("nginx", keeping: [certificate.scratch]) { port, scratch in
            try nginxArguments(certificate, port, scratch, locations.joined(separator: "\n"))
        }
    }

    /// nginx's arguments, its configuration being written to `scratch`.
    static func nginxArguments(
        _ certificate: LabCertificate,
        _ port: UInt16,
        _ scratch: Scratch,
        _ server: String
    ) throws -> [String] {
        let path = try scratch.write(
            "nginx.conf",
            """
            daemon off; worker_processes 1; pid \(scratch.file("pid")); error_log stderr;
            events { worker_connections 512; }
            http {
                access_log off; client_body_temp_path \(scratch.path); proxy_temp_path \(scratch.path);
                fastcgi_temp_path \(scratch.path); uwsgi_temp_path \(scratch.path); scgi_temp_path \(scratch.path);
                server {
                    listen 127.0.0.1:\(port) ssl;
                    ssl_certificate \(certificate.certificate); ssl_certificate_key \(certificate.key);
                    \(server)
                }
            }
            """
        )
        return ["-p", scratch.path, "-c", path]
    }

    private static func haproxy(_ certificate: LabCertificate, _ answers: [LabAnswer]) throws -> ServerProcess
    {
        let rules = answers.map { answer in
            let headers = answer.pairs.map { "hdr \($0.name) '\($0.value)'" }.joined(separator: " ")
            let content = answer.body.isEmpty ? "" : "content-type '\(answer.type)' string '\(answer.body)'"
            let condition = answer.path == "*" ? "" : "if { path \(answer.path) }"
            return "http-request return status \(answer.status) \(content) \(headers) \(condition)"
        }
        return try ServerProcess("haproxy") { port, scratch in
            try haproxyArguments(certificate, port, scratch, rules.joined(separator: "\n    "))
        }
    }

    static func haproxyArguments(
        _ certificate: LabCertificate,
        _ port: UInt16,
        _ scratch: Scratch,
        _ rules: String
    ) throws -> [String] {
        let path = try scratch.write(
            "haproxy.cfg",
            """
            defaults
                mode http
                timeout connect 5s
                timeout client 30s
                timeout server 30s
            frontend lab
                bind 127.0.0.1:\(port) ssl crt \(try certificate.combined(scratch))
                \(rules)

            """
        )
        return ["-db", "-f", path]
    }

    private static func caddy(_ certificate: LabCertificate, _ answers: [LabAnswer]) throws -> ServerProcess {
        let handlers = answers.map { answer in
            """
            handle \(answer.path == "*" ? "" : answer.path) {
                header -Server
                header Content-Type "\(answer.type)"
                \(answer.pairs.map { "header \($0.name) \"\($0.value)\"" }.joined(separator: "\n"))
                respond `\(answer.body)` \(answer.status)
            }
            """
        }
        return try caddy(certificate, handlers.joined(separator: "\n"))
    }

    /// Caddy with directives of its one site.
    static func caddy(_ certificate: LabCertificate, _ site: String) throws -> ServerProcess {
        try ServerProcess("env", keeping: [certificate.scratch]) { port, scratch in
            let path = try scratch.write(
                "Caddyfile",
                """
                {
                    admin off
                    auto_https off
                    servers {
                        protocols h1 h2
                    }
                }
                https://:\(port) {
                    bind 127.0.0.1
                    tls \(certificate.certificate) \(certificate.key)
                    \(site)
                }

                """
            )
            return [
                "HOME=\(scratch.path)", "XDG_DATA_HOME=\(scratch.path)", "XDG_CONFIG_HOME=\(scratch.path)",
                "caddy", "run", "--adapter", "caddyfile", "--config", path,
            ]
        }
    }

    private static func python(_ certificate: LabCertificate, _ answers: [LabAnswer]) throws -> ServerProcess
    {
        try ServerProcess("python3", keeping: [certificate.scratch]) { port, scratch in
            try write(answers, scratch)
            let program = projectFolder + "/Tests/Tools/lab_server.py"
            return [program, "\(port)", certificate.certificate, certificate.key, scratch.path]
        }
    }

    private static func java(
        _ certificate: LabCertificate,
        _ answers: [LabAnswer],
        _ more: [String]
    ) throws -> ServerProcess {
        try ServerProcess("java") { port, scratch in
            try write(answers, scratch)
            let program = projectFolder + "/Tests/Tools/LabServer.java"
            return [program, "\(port)", try certificate.store(scratch), scratch.path] + more
        }
    }

    /// A file for each answer, as `lab_server.py` and `LabServer.java` read them.
    private static func write(_ answers: [LabAnswer], _ scratch: Scratch) throws {
        for (index, answer) in answers.enumerated() {
            let type = answer.type.isEmpty ? [] : ["Content-Type: \(answer.type)"]
            let lines = ["\(answer.path) \(answer.status)"] + answer.headers + type
            try scratch.write("answer-\(index)", lines.joined(separator: "\n") + "\n\n" + answer.body)
        }
    }
}
