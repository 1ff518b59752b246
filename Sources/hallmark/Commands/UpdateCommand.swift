import ArgumentParser
import Fetch
import Foundation
import Observations
import RuleUpdate
import Signatures
import Terminal
import YAML

/// `hallmark signatures update`: newer rules than came with the program, if who may make them signed them.
struct UpdateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Take over a signed release of rules.",
        discussion: """
            FILE is an archive of rules, or its address (https://…), with its signature by minisign beside it as FILE.minisig. What is unsigned, signed by \
            another key, changed, not whole or older than what is there is refused, and so are rules that this program \
            can't read; nothing is changed then. The release before stays, to go back to (Docs/signatures.md).

            Examples:
              hallmark signatures update hallmark-signatures-2026-11-26.tar.gz
              hallmark signatures update https://rules.example.com/hallmark-signatures.tar.gz
              hallmark signatures update ours.tar.gz --key ours.pub
              hallmark signatures update --back
              hallmark signatures list --changed

            Exit codes: 0 taken over, or there already; 1 refused, or it could not be read or written; 64 usage.
            """
    )

    @Argument(help: "The archive, or its URL.", completion: .file())
    var file: String?

    @Option(
        help: ArgumentHelp(
            "Trust this public key of minisign in place of the shipped one.",
            valueName: "file"
        ),
        completion: .file()
    )
    var key: String?

    @Option(
        help: ArgumentHelp(
            "Put them here; HALLMARK_SIGNATURES then names FOLDER/current/signatures.",
            valueName: "folder"
        ),
        completion: .directory
    )
    var into: String?

    @Flag(help: "Go back to the release before.")
    var back = false

    func validate() throws {
        guard (file == nil) == back else { throw ValidationError("give a file, or --back") }
    }

    func run() throws {
        guard let store = into.map({ RuleStore(path: $0) }) ?? RuleStore() else {
            throw ValidationError("no folder for updates is known: name one with --into")
        }
        do {
            if let file {
                try update(store, from: file)
            } else {
                let release = try store.goBack(hasShipped: into == nil)
                Terminal.say(
                    "the rules are those \(release.map { "of \($0.name)" } ?? "that came with the program") again"
                )
            }
        } catch let error as RuleUpdateError {
            Terminal.say("hallmark: \(file.map { "\($0): " } ?? "")\(error); nothing was changed", .error)
            throw ExitCode(1)
        } catch let error as FileError {
            Terminal.say("hallmark: \(error); nothing was changed", .error)
            throw ExitCode(1)
        }
        sayWhatCounts(store)
    }

    private func trustedKey() throws -> MinisignKey {
        guard let key else { return try MinisignKey(ReleaseKey.text) }
        let text = try ReleaseFile.text(of: key)
        do { return try MinisignKey(text) } catch { throw FileError(key, error.description) }
    }

    private func update(_ store: RuleStore, from file: String) throws {
        let key = try trustedKey()
        let isRemote = file.hasPrefix("https://") || file.hasPrefix("http://")
        if !isRemote, file.contains("://") {
            throw ValidationError("'\(file)' is neither a file nor an address of http or https")
        }
        let signature =
            isRemote
            ? String(decoding: try Self.fetch(Self.signature(of: file), limit: 1 << 16), as: UTF8.self)
            : try ReleaseFile.text(of: file + ".minisig")
        let archive =
            isRemote
            ? try Self.fetch(file, limit: SignedRelease.packedLimit)
            : try ReleaseFile.bytes(of: file, limit: SignedRelease.packedLimit)
        let signed = try SignedRelease(archive, signature: signature, key: key)
        let shipped = (try? LibraryPlace(executable: CommandLine.executable, environment: [:])).flatMap {
            RuleRelease(beside: $0.path)
        }
        if RuleRelease(in: store.current) == signed.release {
            Terminal.say("the rules of \(signed.release.name) are there already")
            return
        }
        var count = 0
        try store.install(signed, shipped: shipped) { folder in
            let library = try SignatureLibrary.read([folder + "/signatures"], ja4plus: true)
            if let error = library.errors.first {
                throw RuleUpdateError(
                    "this program can't read its rules, and may be too old: \(error.message)"
                )
            }
            let used = try SignatureLibrary.read([folder + "/signatures"])
            guard used.digest == signed.release.digest else {
                throw RuleUpdateError("its rules are not those that it names")
            }
            // Damage before the signature: what is no rule any more is no rule less.
            if let file = library.files.first(where: { !$0.skipped.isEmpty }) {
                throw RuleUpdateError("what it holds as \(file.path.dropFirst(folder.count + 1)) is no rule")
            }
            count = used.ruleCount
        }
        Terminal.say("took over \(counted(count, "rule")) of \(signed.release.name), signed by \(key.name)")
    }

    /// The address of a file's signature: the path is longer, whatever is asked behind it.
    private static func signature(of url: String) -> String {
        let end = url.firstIndex { $0 == "?" || $0 == "#" } ?? url.endIndex
        return url[..<end] + ".minisig" + url[end...]
    }

    /// The way is not trusted, only the signature is.
    private static func fetch(_ url: String, limit: Int) throws -> [UInt8] {
        var request = FetchRequest(url)
        request.mostBytes = limit
        request.sayWaits()
        do throws(FetchError) {
            return try Fetcher.contents(request, Fetcher.Options(userAgent: "hallmark/\(Hallmark.version)"))
                .body
        } catch {
            throw FileError(url, error.reason)
        }
    }

    /// An update that nobody uses must not pass for one that counts.
    private func sayWhatCounts(_ store: RuleStore) {
        let used = try? LibraryPlace.inUse()
        let ours = URL(fileURLWithPath: store.current + "/signatures").resolvingSymlinksInPath().path
        if let used, URL(fileURLWithPath: used.path).resolvingSymlinksInPath().path != ours {
            Terminal.say(
                "hallmark: the rules in use are those in \(used.path); HALLMARK_SIGNATURES=\(store.current)/signatures "
                    + "chooses the new ones"
            )
        }
    }
}
