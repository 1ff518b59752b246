import Foundation
import Glibc
import TestSupport
import Wire

/// Real servers that ask for TLS inside their protocol, each on a free port of loopback.
enum Servers {
    struct Missing: Error { let what: String }

    static func start(_ name: StartTLSProtocol, _ certificate: TestCertificate) throws -> ServerProcess {
        switch name {
        case .smtp, .submission: try postfix(certificate)
        case .lmtp, .imap, .pop3, .sieve: try dovecot(name, certificate)
        case .ftp: try proftpd(certificate)
        case .ldap: try slapd(certificate)
        case .xmpp, .xmppServer: try prosody(name, certificate)
        case .irc: try inspircd(certificate)
        case .postgres: try postgres(certificate)
        case .mysql: try mariadb(certificate)
        case .rdp: try xrdp(certificate)
        case .nntp: try nnrpd(certificate)
        case .tds: throw Missing(what: "a server for \(name)")
        }
    }

    /// Arguments of `sh` that run a command and end it when the shell is told to end.
    ///
    /// Servers that close every descriptor they inherit seem ended to `Process`; a shell keeps its own.
    /// InspIRCd dumps core where it was started when it ends.
    private static func behindShell(_ command: [String]) -> [String] {
        ["-c", "ulimit -c 0; trap 'kill $server' TERM; \"$@\" & server=$!; wait; wait", "sh"] + command
    }

    /// Postfix without its wrapper: the master alone, which ends when it is told to.
    static func postfix(_ certificate: TestCertificate, tls: String = "may") throws -> ServerProcess {
        try ServerProcess("sh") { port, scratch in
            try check("mkdir", ["-p", scratch.file("queue"), scratch.file("data"), scratch.file("config")])
            try check("chown", ["postfix", scratch.file("data")])
            try scratch.write(
                "config/main.cf",
                """
                compatibility_level = 3.6
                queue_directory = \(scratch.file("queue"))
                data_directory = \(scratch.file("data"))
                command_directory = /usr/sbin
                daemon_directory = /usr/lib/postfix/sbin
                mail_owner = postfix
                setgid_group = postdrop
                inet_interfaces = 127.0.0.1
                inet_protocols = ipv4
                myhostname = mail.test
                mydestination =
                alias_maps =
                smtpd_tls_cert_file = \(certificate.certificate)
                smtpd_tls_key_file = \(certificate.key)
                smtpd_tls_security_level = \(tls)
                maillog_file = /dev/stdout

                """
            )
            try scratch.write(
                "config/master.cf",
                """
                127.0.0.1:\(port) inet n - n - - smtpd
                tlsmgr unix - - n 1000? 1 tlsmgr
                rewrite unix - - n - - trivial-rewrite
                proxymap unix - - n - - proxymap
                anvil unix - - n - 1 anvil
                cleanup unix n - n - 0 cleanup
                qmgr unix n - n 300 1 qmgr
                bounce unix - - n - 0 bounce
                defer unix - - n - 0 bounce
                postlog unix-dgram n - n - 1 postlogd

                """
            )
            try check("/usr/sbin/postfix", ["-c", scratch.file("config"), "check"])
            return behindShell(
                ["env", "MAIL_CONFIG=\(scratch.file("config"))", "/usr/lib/postfix/sbin/master", "-s"]
            )
        }
    }

    static func dovecot(
        _ name: StartTLSProtocol,
        _ certificate: TestCertificate,
        tls: String = "yes"
    ) throws -> ServerProcess {
        try ServerProcess("/usr/sbin/dovecot") { port, scratch in
            let services: [StartTLSProtocol: (String, String)] = [
                .imap: ("imap-login", "imap"), .pop3: ("pop3-login", "pop3"),
                .sieve: ("managesieve-login", "sieve"), .lmtp: ("lmtp", "lmtp"),
            ]
            let (service, listener) = services[name] ?? ("", "")
            let path = try scratch.write(
                "dovecot.conf",
                """
                base_dir = \(scratch.file("run"))
                state_dir = \(scratch.file("run"))
                protocols = \(listener)
                listen = 127.0.0.1
                log_path = /dev/stderr
                ssl = \(tls)
                ssl_cert = <\(certificate.certificate)
                ssl_key = <\(certificate.key)
                mail_location = maildir:\(scratch.path)
                passdb {
                  driver = static
                  args = password=x
                }
                userdb {
                  driver = static
                  args = uid=1000 gid=1000 home=\(scratch.path)
                }
                service \(service) {
                  inet_listener \(listener) {
                    port = \(port)
                  }
                  inet_listener \(listener)s {
                    port = 0
                  }
                }

                """
            )
            return ["-F", "-c", path]
        }
    }

    static func proftpd(_ certificate: TestCertificate, tls: String = "on") throws -> ServerProcess {
        try ServerProcess("sh") { port, scratch in
            let path = try scratch.write(
                "proftpd.conf",
                """
                LoadModule mod_tls.c
                ServerName lab
                ServerType standalone
                DefaultAddress 127.0.0.1
                UseIPv6 off
                Port \(port)
                PidFile \(scratch.file("pid"))
                ScoreboardFile \(scratch.file("scoreboard"))
                WtmpLog off
                User nobody
                Group nogroup
                AuthOrder mod_auth_file.c
                TLSEngine \(tls)
                TLSECCertificateFile \(certificate.certificate)
                TLSECCertificateKeyFile \(certificate.key)

                """
            )
            return behindShell(["/usr/sbin/proftpd", "-n", "-c", path])
        }
    }

    static func slapd(_ certificate: TestCertificate, tls: Bool = true) throws -> ServerProcess {
        try ServerProcess("/usr/sbin/slapd") { port, scratch in
            try check("mkdir", ["-p", scratch.file("db")])
            let files =
                tls
                ? "TLSCertificateFile \(certificate.certificate)\nTLSCertificateKeyFile \(certificate.key)"
                : ""
            let path = try scratch.write(
                "slapd.conf",
                """
                include /etc/ldap/schema/core.schema
                pidfile \(scratch.file("pid"))
                modulepath /usr/lib/ldap
                moduleload back_mdb
                \(files)
                database mdb
                suffix dc=test
                directory \(scratch.file("db"))

                """
            )
            return ["-h", "ldap://127.0.0.1:\(port)", "-f", path, "-d", "0"]
        }
    }

    static func prosody(_ name: StartTLSProtocol, _ certificate: TestCertificate) throws -> ServerProcess {
        let other = freePort()
        return try ServerProcess("prosody") { port, scratch in
            let path = try scratch.write(
                "prosody.cfg.lua",
                """
                run_as_root = true
                pidfile = "\(scratch.file("pid"))"
                data_path = "\(scratch.path)"
                modules_enabled = { "tls", "saslauth", "dialback" }
                modules_disabled = { "http", "posix" }
                interfaces = { "127.0.0.1" }
                c2s_ports = { \(name == .xmpp ? port : other) }
                s2s_ports = { \(name == .xmpp ? other : port) }
                log = { { levels = { min = "info" }, to = "console" } }
                ssl = { key = "\(certificate.key)", certificate = "\(certificate.certificate)" }
                VirtualHost "server.test"

                """
            )
            return ["--config", path, "-F"]
        }
    }

    /// A server that does not know the extension and says so; InspIRCd without it says nothing.
    static func ngircd() throws -> ServerProcess {
        try ServerProcess("/usr/sbin/ngircd") { port, scratch in
            let path = try scratch.write(
                "ngircd.conf",
                """
                [Global]
                Name = irc.test
                Info = lab
                Listen = 127.0.0.1
                Ports = \(port)
                ServerUID = nobody
                ServerGID = nogroup
                [Options]
                DNS = no
                Ident = no
                PAM = no

                """
            )
            try check("chmod", ["a+rx", scratch.path])
            return ["-n", "-f", path]
        }
    }

    static func inspircd(_ certificate: TestCertificate) throws -> ServerProcess {
        try ServerProcess("sh") { port, scratch in
            let path = try scratch.write(
                "inspircd.conf",
                """
                <server name="irc.test" description="lab" network="Test">
                <admin name="a" nick="a" email="a@irc.test">
                <bind address="127.0.0.1" port="\(port)" type="clients">
                <connect name="main" allow="*" timeout="10" threshold="100" limit="50">
                <module name="ssl_gnutls">
                <module name="starttls">
                <sslprofile name="p" provider="gnutls" certfile="\(certificate.certificate)" keyfile="\(certificate.key)">
                <starttls profile="p">
                <pid file="\(scratch.file("pid"))">
                <path configdir="\(scratch.path)" datadir="\(scratch.path)" logdir="\(scratch.path)" \
                runtimedir="\(scratch.path)" moduledir="/usr/lib/inspircd/modules">

                """
            )
            return behindShell(["/usr/sbin/inspircd", "--nofork", "--runasroot", "--config=\(path)"])
        }
    }

    /// Where InterNetNews lies: installed, or unpacked by `make test-packages`.
    static let newsFolder = ["/usr/lib/news", projectFolder + "/.build/unpacked/usr/lib/news"]
        .first { FileManager.default.isExecutableFile(atPath: $0 + "/bin/nnrpd-ssl") }

    /// The reader's half of InterNetNews alone, with an empty spool.
    static func nnrpd(_ certificate: TestCertificate, tls: Bool = true) throws -> ServerProcess {
        guard let folder = newsFolder else { throw Missing(what: "InterNetNews") }
        return try ServerProcess("env") { port, scratch in
            for name in ["certificate", "key"] {
                let file = name == "key" ? certificate.key : certificate.certificate
                try check("cp", [file, scratch.file("\(name).pem")])
            }
            // The user `news` may not be let into the folder where this project lies.
            try check("sh", ["-c", "cp \"$0\"/bin/nnrpd-ssl \"$0\"/*.so* \"$1\"", folder, scratch.path])
            let files =
                tls
                ? "tlscertfile: \(scratch.file("certificate.pem"))\ntlskeyfile: \(scratch.file("key.pem"))"
                : ""
            let folders = ["etc", "db", "spool", "log", "run", "tmp", "articles", "overview"]
            try scratch.write(
                "inn.conf",
                """
                mta: "/bin/true %s"
                ovmethod: tradindexed
                hismethod: hisv6
                domain: news.test
                pathhost: news.test
                server: 127.0.0.1
                pathnews: \(folder)
                \(folders.map { "path\($0): \(scratch.path)" }.joined(separator: "\n"))
                tlscapath: \(scratch.path)
                \(files)

                """
            )
            try scratch.write("storage.conf", "method tradspool {\n    newsgroups: *\n    class: 0\n}\n")
            try scratch.write(
                "readers.conf",
                "auth all { hosts: \"*\" default: \"<any>\" }\naccess all { users: \"*\" newsgroups: \"*\" }\n"
            )
            for name in ["active", "newsgroups", "history", "group.index"] { try scratch.write(name, "") }
            try check("chmod", ["600", scratch.file("key.pem")])
            try check("chown", ["-R", "news:news", scratch.path])
            return [
                "INNCONF=\(scratch.file("inn.conf"))", "LD_LIBRARY_PATH=\(scratch.path)", "setpriv",
                "--reuid=news", "--regid=news", "--clear-groups", scratch.file("nnrpd-ssl"), "-D", "-f", "-n",
                "-4",
                "127.0.0.1", "-p", "\(port)", "-c", scratch.file("readers.conf"),
            ]
        }
    }

    /// PostgreSQL refuses to run as root and wants a key of its own.
    static func postgres(_ certificate: TestCertificate, tls: Bool = true) throws -> ServerProcess {
        let programs = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        guard let version = programs.sorted().last else { throw Missing(what: "PostgreSQL") }
        let folder = "/usr/lib/postgresql/\(version)/bin"
        return try ServerProcess("env") { port, scratch in
            let user =
                getuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
            try check("cp", [certificate.certificate, scratch.file("certificate.pem")])
            try check("cp", [certificate.key, scratch.file("key.pem")])
            try check("chmod", ["600", scratch.file("key.pem")])
            if getuid() == 0 { try check("chown", ["-R", "postgres", scratch.path]) }
            try check("env", user + ["\(folder)/initdb", "-D", scratch.file("db"), "-A", "trust", "-N"])
            let settings = [
                "listen_addresses=127.0.0.1", "ssl=\(tls ? "on" : "off")", "unix_socket_directories=",
                "ssl_cert_file=\(scratch.file("certificate.pem"))", "ssl_key_file=\(scratch.file("key.pem"))",
            ]
            return user + ["\(folder)/postgres", "-D", scratch.file("db"), "-p", "\(port)"]
                + settings.flatMap { ["-c", $0] }
        }
    }

    static func mariadb(_ certificate: TestCertificate, tls: Bool = true) throws -> ServerProcess {
        try ServerProcess("/usr/sbin/mariadbd") { port, scratch in
            try check("mkdir", ["-p", scratch.file("db")])
            let files =
                tls
                ? ["--ssl-cert=\(certificate.certificate)", "--ssl-key=\(certificate.key)"] : ["--skip-ssl"]
            return [
                "--no-defaults", "--user=\(getuid() == 0 ? "root" : NSUserName())",
                "--datadir=\(scratch.file("db"))", "--socket=\(scratch.file("socket"))", "--port=\(port)",
                "--bind-address=127.0.0.1", "--skip-grant-tables", "--skip-networking=0", "--innodb=OFF",
                "--default-storage-engine=MyISAM", "--pid-file=\(scratch.file("pid"))",
            ] + files
        }
    }

    static func xrdp(_ certificate: TestCertificate, security: String = "negotiate") throws -> ServerProcess {
        try ServerProcess("/usr/sbin/xrdp") { port, scratch in
            let path = try scratch.write(
                "xrdp.ini",
                """
                [Globals]
                ini_version=1
                fork=true
                port=tcp://127.0.0.1:\(port)
                security_layer=\(security)
                certificate=\(certificate.certificate)
                key_file=\(certificate.key)
                ssl_protocols=TLSv1.2, TLSv1.3
                [Logging]
                LogFile=\(scratch.file("xrdp.log"))
                LogLevel=INFO
                [Xorg]
                name=x
                lib=libxup.so

                """
            )
            return ["--nodaemon", "--config", path]
        }
    }
}
