import Foundation
import Terminal
import Testing

@testable import hallmark

/// What the report of `validate` says of what stands around an endpoint, and of who trusts its chain.
@Suite struct ReportContextTests {
    private func report(_ members: String) throws -> String {
        let json = """
            {"@timestamp":"2026-11-27T08:00:00.000Z","event":{"outcome":"success"},"server":{"ip":"192.0.2.1","port":443},
            "tls":{"server":{"hash":{"sha256":"AA"}}},"hallmark":{\(members)}}
            """
        let record = try #require(RecordView(line: Array(json.utf8)))
        return Report(record, ReportStyle(width: 400)).text()
    }

    private func around(_ context: String) throws -> String {
        let text = try report("\"context\":{\(context)}")
        let start = try #require(text.range(of: "\nAround it\n"))
        return String(text[start.upperBound...])
    }

    /// Whatever is known and whatever is not: the heading never stands alone.
    @Test func whatIsNotKnownOfNamesIsSaid() throws {
        let many = try around(
            #""names":{"state":"complete","points":"unknown","elsewhere":["a.test","b.test"],"addresses":["198.51.100.7"],"more":4}"#
        )
        #expect(
            many.contains(
                "it can't be told whether one points here: a.test, b.test point to 198.51.100.7, not here; 4 other names "
                    + "were not asked for"
            ),
            "\(many)"
        )
        #expect(many.contains("none: the address has no name"), "\(many)")
        let mixed = try around(
            #""names":{"state":"partial","points":"unknown","nowhere":["a.test"],"open":["*.b.test"],"unanswered":["c.test"]}"#
        )
        #expect(
            mixed.contains(
                "a.test has no address; names below *.b.test may stand anywhere; not known of c.test: no whole answer"
            ),
            "\(mixed)"
        )
        #expect(
            try around(#""names":{"state":"complete"}"#).contains(
                "the certificate has none that can be asked for"
            )
        )
        #expect(try around(#""names":{"state":"not_asked"}"#).contains("not looked up: no name server"))
        #expect(
            try around(#""names":{"state":"not_asked","points":"unknown","unanswered":["c.test"]}"#).contains(
                "not known of c.test: no name server answers, or there was no time"
            )
        )
        #expect(try around(#""hosting":{"kind":"unknown"}"#).contains("Nothing is known."))
    }

    /// What passive DNS and the host say goes into what it means that no name points here.
    @Test func aNameThatMovedIsNoCopiedCertificate() throws {
        let elsewhere = #""names":{"state":"complete","points":"elsewhere","addresses":["198.51.100.7"]}"#
        #expect(try around(elsewhere).contains("198.51.100.7: speaks for a copied certificate"))
        let moved = try around(elsewhere + #","passive_dns":{"points":"here"}"#)
        #expect(!moved.contains("copied"), "\(moved)")
        #expect(moved.contains("one pointed here before, which speaks for a name that moved"), "\(moved)")
        let never = try around(elsewhere + #","passive_dns":{"points":"elsewhere"}"#)
        #expect(never.contains("nor did one before, as far as is known: speaks for a copied certificate"))
        #expect(try !around(elsewhere + #","hosting":{"kind":"cdn"}"#).contains("copied"))
        let gone = #""names":{"state":"complete","points":"nowhere"}"#
        #expect(try around(gone).contains("made-up"))
        #expect(try around(gone + #","passive_dns":{"points":"here"}"#).contains("a name that was given up"))
    }

    @Test func aLaterRevocationIsToldAsOne() throws {
        func revoked(_ day: String) throws -> String {
            try around(#""revocation":{"status":"revoked","revoked_at":"\#(day)","reason":"superseded"}"#)
        }
        #expect(
            try revoked("2026-11-27T07:00:00Z").contains(
                "yes since 2026-11-27T07:00:00Z (superseded): its issuer took it back, and it is still shown"
            )
        )
        let later = try revoked("2026-12-02T00:00:00Z")
        #expect(
            later.contains(
                "yes, but from 2026-12-02T00:00:00Z on (superseded): that is after it was seen here"
            )
        )
        #expect(!later.contains("still shown"))
    }

    @Test(arguments: [
        "unknown", "stale", "invalid", "other", "unreadable", "refused", "unchecked", "unavailable",
    ])
    func statusesAreToldInWords(status: String) throws {
        let text = try around(#""revocation":{"status":"\#(status)","crl":{"error":"why"}}"#)
        #expect(text.contains("it can't be told: "), "\(text)")
        #expect(!text.contains("told: \(status) ("), "\(text)")
        #expect(text.contains("(why)"), "\(text)")
    }

    @Test func whoTrustsTheChainIsSaid() throws {
        func trust(_ members: String) throws -> String { try report(#""verification":{\#(members)}"#) }
        let some = try trust(
            #""chain":"self-signed certificate in certificate chain","name":"valid","trusted_by":["corp"],"not_trusted_by":["mozilla"]"#
        )
        for expected in [
            "trust         this system's authorities do not trust the chain: self-signed certificate",
            "the certificate is for the name that was asked for", "trusted by    corp\n",
            "not trusted by mozilla: a chain that only some stores trust is worth a look",
        ] {
            #expect(some.contains(expected), "\(some)")
        }
        let all = try trust(#""chain":"valid","trust":"own","name":"mismatch","trusted_by":["a","b"]"#)
        #expect(all.contains("the authorities of --ca-file trust the chain"), "\(all)")
        #expect(all.contains("the certificate is not for the name that was asked for"), "\(all)")
        #expect(all.contains("trusted by    a, b"), "\(all)")
        let none = try trust(#""chain":"certificate has expired","not_trusted_by":["a"]"#)
        #expect(none.contains("not trusted by a\n"), "\(none)")
        let other = try report(
            #""connections":[{"certificate":{"hash":{"sha256":"BB"}},"verification":{"chain":"valid","not_trusted_by":["a"]}}]"#
        )
        #expect(other.contains("not trusted by a\n"), "\(other)")
        #expect(try !report("").contains("trust"))
    }
}
