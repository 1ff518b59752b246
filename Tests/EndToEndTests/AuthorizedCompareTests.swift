import Foundation
import TestSupport
import Testing

/// What `ct authorize` wrote counts as ours for `compare`.
@Suite struct AuthorizedCompareTests {
    private let scratch = Scratch()

    @Test(arguments: [[], ["--key"]]) func anOrderedCertificateIsOurs(_ more: [String]) throws {
        let certificate = try TestCertificate(subject: "/CN=ordered.test")
        let nginx = try Nginx.start(certificate)
        let state = scratch.file("ct.state")
        let scanned = try Program.run(["scan", "127.0.0.1:\(nginx.port)", "--no-signatures"])
        let sweep = try scratch.write("sweep.ndjson", scanned.text)
        let inventory = try scratch.write("inventory.csv", "address\n192.0.2.1\n")
        let words = ["compare", sweep, "--inventory", inventory, "--format", "ndjson"]
        #expect(try !Program.run(words).text.contains("misplaced_certificate"))
        let authorised = try Program.run(
            ["ct", "authorize", "--state", state, certificate.certificate] + more
        )
        #expect(authorised.status == 0, "\(authorised.errors)")
        let found = try Program.run(words + ["--authorized", state + ".authorized"])
        #expect(
            found.text.contains("A certificate of ours, CN=ordered.test, is on an endpoint"),
            "\(found.text)"
        )
        // A name that was misspelt is not an empty list.
        let absent = try Program.run(words + ["--authorized", scratch.file("none")])
        #expect(absent.status == 1 && absent.errors.contains("none: is not there"), "\(absent.errors)")
        #expect(try Program.run(["compare", sweep, "--expiring", "3", "--authorized", state]).status == 64)
    }
}
