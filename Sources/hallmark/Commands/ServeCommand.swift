import ArgumentParser
import Console
import Corpus
import Foundation
import Observations
import Signatures
import Terminal
import Wire

/// `hallmark serve`: a corpus in the browser.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Show a corpus in the browser: leads to decide, search, drift, rules.",
        discussion: """
            Prints an address with a token in it: whoever opens it may read the corpus and decide. It listens on this machine \
            alone unless it is told otherwise; then put a server with TLS in front of it. Nothing is loaded from elsewhere, and \
            a scan may write to the corpus meanwhile (Docs/console.md).

            Examples:
              hallmark serve --corpus seen.sqlite
              hallmark serve --corpus seen.sqlite --listen 127.0.0.1:8480 --token-file console.token
              hallmark serve --corpus seen.sqlite --listen 192.0.2.10:8480 --token-file console.token --host hallmark.example.com

            Exit codes: 0 ended by a signal; 1 it could not do its work; 64 usage.
            """
    )

    @Option(help: ArgumentHelp("The corpus.", valueName: "file"), completion: .file())
    var corpus: String

    @Option(
        help: ArgumentHelp("Where to listen; port 0 is any that is free.", valueName: "address:port")
    )
    var listen = "127.0.0.1:8480"

    @Option(
        help: ArgumentHelp(
            "Take the token from this file, at least 32 characters in one line; without it a new one is made each time.",
            valueName: "file"
        ),
        completion: .file()
    )
    var tokenFile: String?

    @Option(
        help: ArgumentHelp(
            "Another name, with its port if it has one, by which browsers call the console; repeatable.",
            valueName: "name"
        )
    )
    var host: [String] = []

    @OptionGroup var signatures: SignatureOptions

    func validate() throws {
        let (address, _) = try place
        guard address.isLoopback || tokenFile != nil else {
            throw ValidationError(
                "To listen elsewhere than on this machine wants --token-file, and a server with TLS in front of it."
            )
        }
    }

    private var place: (address: IPAddress, port: UInt16) {
        get throws {
            guard let colon = listen.lastIndex(of: ":"),
                let port = UInt16(listen[listen.index(after: colon)...])
            else { throw ValidationError("--listen takes address:port, as 127.0.0.1:8480 or [::1]:8480.") }
            let text = listen[..<colon].trimmingCharacters(in: ["[", "]"])
            guard let address = IPAddress(text) else {
                throw ValidationError("--listen takes an address, not the name '\(text)'.")
            }
            return (address, port)
        }
    }

    func run() throws {
        let (address, wanted) = try place
        let token = try token()
        // Whoever names rules wants to see them; the shipped ones are read when somebody asks for them.
        if !signatures.folders.isEmpty { try end(try signatures.read()) }
        StopSignals.watch()
        let door = ConsoleDoor()
        let service = HTTPService { door.answer($0) }
        let port = try service.start(address, port: wanted)
        let name = address.isV4 ? "\(address)" : "[\(address)]"
        var hosts = Set(host.map { $0.lowercased() })
        hosts.insert("\(name):\(port)")
        if address.isLoopback { hosts.insert("localhost:\(port)") }
        let gate = ConsoleGate(token: token, hosts: hosts, port: port)
        let options = signatures
        let console = try Console(corpus: corpus, gate: gate, product: "hallmark \(Product.version)") {
            ConsoleRule.Library(
                try SignatureLibrary.read(try options.libraries(), ja4plus: options.ja4plus)
            )
        }
        door.open(console)
        let output = StandardOutput()
        try output.line(
            tokenFile == nil ? "http://\(name):\(port)/?token=\(token)" : "http://\(name):\(port)/?token=…"
        )
        try output.flush()
        if !address.isLoopback {
            Terminal.say(
                "\(name):\(port) is reached without encryption: whoever can read the traffic has the token. Put a server with TLS in front of it, and let nobody else reach it",
                .warning
            )
        }
        if let obstacle = CorpusFile.obstacle(toWritingTo: corpus) {
            Terminal.say("decisions can't be remembered there: \(obstacle)", .warning)
        }
        Thread.detachNewThread { console.makeReady() }
        var rounds = 0
        while !StopSignals.isAsked {
            usleep(100_000)
            rounds = (rounds + 1) % 10
            if rounds == 0 { console.look() }
        }
    }

    private func token() throws -> String {
        guard let tokenFile else { return ConsoleGate.randomText() }
        let text = String(decoding: try UnpackedBytes.contents(of: tokenFile, limit: 4096), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.utf8.count >= 32,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && ![0x22, 0x2c, 0x3b, 0x5c].contains($0) })
        else {
            throw FileError(
                tokenFile,
                "holds no token: one line of at least 32 letters, digits and signs other than quotes, commas and semicolons"
            )
        }
        guard Self.isHard(text) else {
            throw FileError(
                tokenFile,
                "the token is easily guessed: it repeats itself, or is of few signs; take 'openssl rand -hex 32'"
            )
        }
        var status = stat()
        if stat(tokenFile, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 != 0 {
            Terminal.say(
                "\(tokenFile): others on this machine may read or change the token (chmod 600)",
                .warning
            )
        }
        return text
    }

    /// Whether a token is of several signs and no word that is repeated.
    private static func isHard(_ token: String) -> Bool {
        let bytes = Array(token.utf8)
        let repeats = (1...bytes.count / 2).contains { period in
            bytes.indices.dropFirst(period).allSatisfy { bytes[$0] == bytes[$0 - period] }
        }
        return Set(bytes).count >= 8 && !repeats
    }
}

extension IPAddress {
    fileprivate var isLoopback: Bool { isV4 ? low >> 24 == 127 : high == 0 && low == 1 }
}
