/// nginx with a configuration of ours, without privileges, in the foreground.
package enum Nginx {
    /// - Parameters:
    ///   - http: directives for the `http` block besides the servers.
    ///   - server: directives for the one `server` block after its `listen`.
    package static func start(
        _ certificate: TestCertificate,
        port: UInt16 = freePort(),
        listen: String = "127.0.0.1",
        workers: Int = 1,
        http: String = "",
        server: String = "location / { return 200 \"ok\\n\"; }"
    ) throws -> ServerProcess {
        try ServerProcess("nginx", port: port) { port, scratch in
            let path = try scratch.write(
                "nginx.conf",
                """
                daemon off; worker_processes \(workers); pid \(scratch.file("pid")); error_log stderr;
                events { worker_connections 8192; }
                http {
                    access_log off; client_body_temp_path \(scratch.path); proxy_temp_path \(scratch.path);
                    fastcgi_temp_path \(scratch.path); uwsgi_temp_path \(scratch.path);
                    scgi_temp_path \(scratch.path);
                    \(http)
                    server {
                        listen \(listen):\(port) ssl;
                        ssl_certificate \(certificate.certificate); ssl_certificate_key \(certificate.key);
                        \(server)
                    }
                }
                """
            )
            return ["-p", scratch.path, "-c", path]
        }
    }
}
