import ArgumentParser
import Foundation
import HTTPClient
import Observations
import Scan
import Targets
import Terminal
import Wire

extension ScanOptions.Level: ExpressibleByArgument {}

/// What to do to each endpoint.
struct ProbeArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            certificate: the certificate grab alone. adaptive: JARM and HTTP too, where something is already suspicious; a \
            tool whose only mark is an HTTP answer behind an unremarkable certificate is not seen. full: every probe everywhere.
            """,
            valueName: "level"
        )
    )
    var probe = ScanOptions.Level.adaptive

    @Flag(help: "Complete the handshake, so that the server proves to hold the certificate's key.")
    var prove = false

    @Option(
        help: ArgumentHelp(
            "Ask for TLS inside another protocol first: smtp, imap, ldap, postgres, …; auto goes by port.",
            valueName: "protocol"
        ),
        completion: .list(["auto"] + StartTLSProtocol.allCases.map(\.rawValue))
    )
    var starttls: String?

    @Option(help: ArgumentHelp("Send this server name to every target; none sends none.", valueName: "name"))
    var sni: String?

    @Option(
        help: ArgumentHelp(
            """
            The hello to begin with: default; browser; rsa or ecdsa, which take a certificate with such a key alone, \
            for servers that have one of each.
            """,
            valueName: "look"
        ),
        completion: .list(Self.looks.map(\.rawValue))
    )
    var look = ClientHello.Look.default.rawValue

    /// The hellos that a scan may begin with.
    private static let looks: [ClientHello.Look] = [.default, .browser, .rsa, .ecdsa]

    @Option(
        help: ArgumentHelp(
            "Come from this address of the machine; one of each family may be named.",
            valueName: "address"
        )
    )
    var sourceAddress: [String] = []

    @Option(
        help: ArgumentHelp(
            "Have a proxy connect: socks5://ADDRESS:PORT or http://ADDRESS:PORT (CONNECT), with name:password@ before the address if it wants that.",
            valueName: "url"
        )
    )
    var proxy: String?

    @Flag(help: "Also ask with no server name and with a random one, and compare the certificates.")
    var sniVariants = false

    @Flag(help: "Check the chain and the name; the result is recorded and stops nothing.")
    var verify = false

    @Option(
        help: ArgumentHelp("With --verify: trust the CA certificates in this PEM file.", valueName: "file"),
        completion: .file()
    )
    var caFile: String?

    @Option(
        help: ArgumentHelp(
            "With --verify: say whether this store, a PEM file, trusts the chain; repeatable.",
            valueName: "name=file"
        )
    )
    var store: [String] = []

    @Flag(help: "Publish a JARM even when probes failed on our side, as jarm.py does.")
    var jarmCompatible = false

    @Option(help: ArgumentHelp("The User-Agent of HTTP requests.", valueName: "text"))
    var userAgent: String?

    @Option(help: ArgumentHelp("Send this header in HTTP requests; repeatable.", valueName: "name: value"))
    var header: [String] = []

    @Option(
        help: ArgumentHelp(
            "HTTP requests to one endpoint at most: 18 in a scan, all that rules need in validate.",
            valueName: "number"
        )
    )
    var maximumRequests: Int?

    @Flag(help: "Follow redirects to the same host.")
    var followRedirects = false

    mutating func validate() throws {
        _ = try chosenLook()
        if let sni, sni != "none" {
            let name = Array(sni.utf8)
            guard IPAddress(name.span) == nil else {
                throw ValidationError("--sni takes a DNS name, not an address (RFC 6066, section 3).")
            }
            do { _ = try HostName.parse(name.span) } catch { throw ValidationError("--sni: \(error)") }
        }
        guard (1...64).contains(maximumRequests ?? 1) else {
            throw ValidationError("--maximum-requests takes a number from 1 to 64.")
        }
        guard caFile == nil || verify else { throw ValidationError("--ca-file goes with --verify.") }
        guard store.isEmpty || verify else { throw ValidationError("--store goes with --verify.") }
        _ = try stores()
        if let fault = userAgent.flatMap({ HTTPRequest.Header.fault(ofValue: $0) }) {
            throw ValidationError("--user-agent: \(fault).")
        }
        _ = try headers()
        _ = try sources()
        _ = try theProxy()
    }

    /// What the arguments ask of each endpoint; the pace is not among it.
    func scanOptions(_ target: TargetArguments) throws -> ScanOptions {
        var options = ScanOptions()
        options.level = probe
        options.prove = prove || verify
        if let sni { options.serverName = sni == "none" ? .none : .name(sni) }
        options.startTLS = try startTLSChoice()
        options.look = try chosenLook()
        options.sources = try sources()
        options.proxy = try theProxy()
        options.usesIPv6 = !target.noIPv6
        options.allAddresses = target.allAddresses
        options.resolvers = target.resolver
        if verify {
            options.verify = VerifyOptions(caFile: caFile)
            options.verify?.stores = try stores()
        }
        options.sniVariants = sniVariants
        options.jarmCompatible = jarmCompatible
        options.http = try httpOptions()
        return options
    }

    /// What every target gets as its server name, when the command line says so.
    var overridingName: EndpointKey.Override? { sni.map { $0 == "none" ? .none : .name($0) } }

    private func chosenLook() throws -> ClientHello.Look {
        guard let chosen = Self.looks.first(where: { $0.rawValue == look }) else {
            throw ValidationError("--look takes default, browser, rsa or ecdsa, not '\(look)'.")
        }
        return chosen
    }

    private func stores() throws -> [VerifyOptions.Store] {
        let stores = try store.map { text -> VerifyOptions.Store in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                throw ValidationError("--store takes NAME=FILE, not '\(text)'.")
            }
            return VerifyOptions.Store(name: String(parts[0]), file: String(parts[1]))
        }
        guard Set(stores.map(\.name)).count == stores.count else {
            throw ValidationError("--store: each store has a name of its own.")
        }
        return stores
    }

    private func startTLSChoice() throws -> ScanOptions.StartTLSChoice? {
        guard let starttls else { return nil }
        if starttls == "auto" { return .byPort }
        guard let name = StartTLSProtocol(rawValue: starttls) else {
            let names = StartTLSProtocol.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--starttls takes auto or one of \(names), not '\(starttls)'.")
        }
        return .always(name)
    }

    /// The proxy that `--proxy` names.
    func theProxy() throws -> Proxy? {
        guard let proxy else { return nil }
        let wrong = ValidationError(
            "--proxy takes socks5://ADDRESS:PORT or http://ADDRESS:PORT with an address that is no name, not "
                + "'\(SecretText.hidden(proxy))'."
        )
        guard let parts = URLComponents(string: proxy), let scheme = parts.scheme, let host = parts.host,
            let kind = ProxyTunnel.Kind(rawValue: scheme),
            let port = parts.port.flatMap({ UInt16(exactly: $0) }),
            let address = IPAddress(host.filter { $0 != "[" && $0 != "]" }), ["", "/"].contains(parts.path)
        else { throw wrong }
        guard let name = parts.user else { return Proxy(kind, address, port: port, login: nil) }
        guard let login = ProxyLogin(name: name, password: parts.password ?? "") else { throw wrong }
        return Proxy(kind, address, port: port, login: login)
    }

    private func sources() throws -> [IPAddress] {
        var sources: [IPAddress] = []
        for text in sourceAddress {
            guard let address = IPAddress(text) else {
                throw ValidationError("--source-address takes an address, not '\(text)'.")
            }
            guard !sources.contains(where: { $0.isV4 == address.isV4 }) else {
                throw ValidationError("--source-address names two addresses of one family.")
            }
            if let reason = Sweep.refusal(from: address) {
                throw ValidationError("--source-address \(text): \(reason)")
            }
            sources.append(address)
        }
        return sources
    }

    private func httpOptions() throws -> HTTPOptions {
        var http = HTTPOptions(userAgent: userAgent ?? HTTPOptions.userAgent(version: Hallmark.version))
        http.requests = maximumRequests ?? HTTPOptions.ofASweep
        http.followsRedirects = followRedirects
        http.headers = try headers()
        return http
    }

    private func headers() throws -> [HTTPRequest.Header] {
        try header.map { text in
            do throws(HTTPRequest.Header.Invalid) {
                return try HTTPRequest.Header(parsing: text)
            } catch {
                throw ValidationError("--header takes 'Name: value': \(error.description).")
            }
        }
    }
}
