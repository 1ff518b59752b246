import ArgumentParser
import Bytes
import Foundation
import Observations
import Terminal
import Transparency

/// `hallmark ct authorize`: tells a watch beforehand of certificates that are to be issued.
struct CTAuthorizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authorize",
        abstract: "Tell a watch of certificates of your own, so that it does not report them.",
        discussion: """
            An issuance pipeline calls it with what it has ordered. A precertificate and its certificate count as one, and \
            --key authorises whatever certificate has the key. Certificates of authorities that stand behind another, as in \
            a chain, are left out. A watch takes in what was authorised when it \
            begins, and within a second while it runs.

            Examples:
              hallmark ct authorize --state ct.state new.pem
              hallmark ct authorize --state ct.state --key new.pem
            """
    )

    @Argument(help: "Certificates or precertificates: PEM or DER.", completion: .file()) var files: [String]

    @Option(help: ArgumentHelp("The state of the watch.", valueName: "file"), completion: .file()) var state:
        String

    @Flag(help: "Authorise the keys, under whatever certificate.") var key = false

    @Flag(name: .shortAndLong, help: "No summary.") var quiet = false

    func run() throws {
        // What a watch would refuse as its state, none reads what stands beside.
        let isNew = try WatchState.load(state) == nil
        let path = AuthorisedFile.path(state)
        let known = try AuthorisedFile.read(path)
        var lines = ""
        var reader = IssuedCertificateReader()
        var count = 0
        var authorities = 0
        for file in files {
            let contents = try CertificateFile.contents(of: file)
            if let fault = contents.faults.first { throw fault }
            for (place, der) in contents.certificates.enumerated() {
                guard var certificate = reader.read(der[...]) else {
                    throw FileError(file, "holds no certificate")
                }
                // A chain as servers send it: who issues is not what was ordered.
                guard place == 0 || !certificate.isAuthority else {
                    authorities += 1
                    continue
                }
                reader.addDigests(der[...], to: &certificate)
                guard let digest = key ? certificate.key : certificate.body else {
                    throw FileError(file, "has no key that can be read")
                }
                count += 1
                if key, certificate.isAuthority {
                    Terminal.say(
                        "hallmark: \(file) is the certificate of an authority: its own key is authorised, which says "
                            + "nothing of what it issues (issuers and issuer_keys do)",
                        .warning
                    )
                }
                if !known.contains(digest) { lines += "\(digest.text) \(key ? "key" : "tbs")\n" }
            }
        }
        try AuthorisedFile.append(lines, to: path)
        guard !quiet else { return }
        let left = authorities > 0 ? "; \(counted(authorities, "authority's certificate")) left out" : ""
        Terminal.say("\(counted(count, "certificate")) authorised in \(path)\(left)")
        if isNew { Terminal.say("hallmark: \(state) is not there yet: a watch with this state will read it") }
    }
}
