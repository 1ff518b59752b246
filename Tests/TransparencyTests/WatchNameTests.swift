import Foundation
import PublicSuffix
import TestSupport
import Testing
@testable import Transparency

@Suite struct WatchNameTests {
    @Test(
        arguments: [
            ("*.Example.COM.", ["example.com"]), ("bücher.de", ["xn--bcher-kva.de"]),
            ("BÜCHER.de", ["xn--bcher-kva.de"]),
            ("example.com\0.evil.test", ["example.com", "example.com.evil.test", "evil.test"]),
            ("ex\u{1}ample.com", ["ex", "example.com", "ample.com"]),
            (" example.com ", ["example.com"]), ("", []), ("ｅｘａｍｐｌｅ。com", ["example.com"]),
            ("x@example.com", ["x@example.com", "example.com"]),
            (
                "DNS:a.test, DNS:b.test",
                ["dns:a.test, dns:b.test", "dns:a.test,dns:b.test", "a.test", "b.test"]
            ),
            ("example.com:443/x", ["example.com:443/x", "example.com"]),
            ("https://www.example.com/a.b", ["www.example.com", "a.b"]),
            ("(example.com", ["(example.com", "example.com"]), ("localhost", ["localhost"]),
        ]
    )
    func namesAreComparedInOneForm(_ name: String, _ forms: [String]) {
        #expect(NameText.forms(name) == forms)
    }

    @Test func aNameIsWatchedWithAllBelowIt() throws {
        var list = WatchList()
        list.add(try #require(WatchedName("*.example.com")))
        list.add(try #require(WatchedName("bücher.de.")))
        #expect(list.watched("example.com")?.domain == "example.com")
        #expect(list.watched("a.b.example.com")?.domain == "example.com")
        #expect(list.watched("xn--bcher-kva.de")?.domain == "xn--bcher-kva.de")
        for other in ["notexample.com", "example.com.evil.test", "com", "example.org", ""] {
            #expect(list.watched(other) == nil)
        }
    }

    /// However many names a certificate has, the last counts as the first.
    @Test func theLastOfManyNamesIsFound() throws {
        var list = WatchList()
        list.add(try #require(WatchedName("example.com")))
        let watch = CertificateWatch(
            list,
            try ShippedFinder.make([]),
            try PublicSuffixList(file: projectFolder + "/publicsuffix/public_suffix_list.dat"),
            burst: 50
        )
        var certificate = IssuedCertificate()
        certificate.names = (0..<20_000).map { "host\($0).test" } + ["www.example.com"]
        #expect(watch.concerns(certificate).map(\.name) == ["www.example.com"])
    }

    /// An organisation whose name is the text of another's whole name is not that one.
    @Test func anOrganisationCanNotCallItselfByAWholeName() throws {
        var list = WatchList()
        list.add(try #require(WatchedName("one.test", issuers: ["C=US, O=Good CA"])))
        var watch = CertificateWatch(
            list,
            try ShippedFinder.make([]),
            try PublicSuffixList(file: projectFolder + "/publicsuffix/public_suffix_list.dat"),
            burst: 50
        )
        var certificate = IssuedCertificate()
        (certificate.names, certificate.issuer) = (["one.test"], ["c=us, o=good ca"])
        certificate.issuerName = "O=C=US\\, O\\=Good CA"
        #expect(watch.findings(certificate, issuerKey: nil, at: 0).map(\.name).contains(.unexpectedIssuer))
        certificate.issuerName = "C=US, O=Good CA"
        #expect(!watch.findings(certificate, issuerKey: nil, at: 0).map(\.name).contains(.unexpectedIssuer))
    }

    @Test func decodingIsTheInverseOfEncoding() {
        for label in ["bücher", "пример", "例え", "aéb", "ليهمابتكلموشعربي؟"] {
            #expect(Punycode.encode(label[...]).flatMap { Punycode.decode($0[...]) } == label)
        }
        for label in ["xn--", "xn---", "xn--\u{e9}", "xn--99999999", "abc", "xn--a-ecp.ru"] {
            #expect(Punycode.decode(label[...]) == nil)
        }
    }

    @Test func limitsOfValidityByTheDayOfIssuance() {
        let day = { (text: String) in
            Int(ISO8601DateFormatter().date(from: text + "T00:00:00Z")?.timeIntervalSince1970 ?? 0)
        }
        #expect(ValidityRegime.limit(day("2026-03-14")) == 398)
        #expect(ValidityRegime.limit(day("2026-03-15")) == 200)
        #expect(ValidityRegime.limit(day("2027-03-15")) == 100)
        #expect(ValidityRegime.limit(day("2029-03-15")) == 47)
        #expect(ValidityRegime.limit(day("2010-01-01")) == nil)
    }

    @Test func aBurstIsSaidOnceInAnHour() {
        var counter = BurstCounter(threshold: 3)
        #expect(counter.add("a", of: "d", at: 0) == nil)
        #expect(counter.add("a", of: "d", at: 1) == nil)
        #expect(counter.add("b", of: "d", at: 2) == nil)
        #expect(counter.add("c", of: "d", at: 3) == 3)
        #expect(counter.add("e", of: "d", at: 4) == nil)
        #expect(counter.add("a", of: "d", at: 3_600_000) == nil)
        #expect(counter.add("b", of: "d", at: 3_600_001) == nil)
        #expect(counter.add("c", of: "d", at: 3_600_002) == 3)
    }

    /// Runs of a few minutes each see the burst that none of them has seen whole.
    @Test func aBurstGoesOnOverRuns() throws {
        var counter = BurstCounter(threshold: 4)
        #expect(counter.add("old", of: "e", at: 0) == nil)
        for (index, name) in ["a", "b", "c"].enumerated() {
            #expect(counter.add(name, of: "d", at: 4_000_000 + index) == nil)
            let text = try JSONEncoder().encode(counter.lastHour)
            let counts = try JSONDecoder().decode([String: BurstCounter.Count].self, from: text)
            #expect(Array(counts.keys) == ["d"] && counts == counter.lastHour)
            counter = BurstCounter(threshold: 4, counts)
        }
        #expect(counter.add("f", of: "d", at: 4_000_003) == 4)
        counter = BurstCounter(threshold: 4, counter.lastHour)
        #expect(counter.add("g", of: "d", at: 4_000_004) == nil)
    }
}

/// The finder of look-alikes with the tables that are shipped.
enum ShippedFinder {
    static func make(_ brands: [String]) throws -> LookalikeFinder {
        func text(_ name: String) throws -> String {
            try String(contentsOfFile: projectFolder + "/" + name, encoding: .utf8)
        }
        let words = try text("lookalikes/words.txt").split(separator: "\n").filter { !$0.hasPrefix("#") }
        return LookalikeFinder(
            brands,
            suffixes: try PublicSuffixList(file: projectFolder + "/publicsuffix/public_suffix_list.dat"),
            skeletons: SkeletonTable(try text("lookalikes/skeletons.txt")),
            words: words.map(String.init)
        )
    }
}

@Suite struct LookalikeTests {
    /// Names are told by their letters first: what that leaves out would not have been found.
    @Test func lettersLeaveNothingOut() throws {
        let finder = try ShippedFinder.make(Self.brands + ["modern-vvave.org", "lo1.net", "abcd.co.uk"])
        var random = SystemRandomNumberGenerator()
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789-.")
        let tails = [".com", ".net", ".co.uk", ".evil.test", ".github.io", "-secure.test", "login.org", ""]
        var found = 0
        for _ in 0..<6000 {
            let brand = try #require(Self.brands.randomElement(using: &random))
            var name = Array(Bool.random() ? brand : String(brand.dropLast(4)))
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let place = Int.random(in: 0..<name.count, using: &random)
                let letter = letters[Int.random(in: 0..<letters.count, using: &random)]
                switch Int.random(in: 0...3, using: &random) {
                case 0: name.insert(letter, at: place)
                case 1: name[place] = letter
                case 2 where name.count > 1: name.remove(at: place)
                default: name.swapAt(place, name.count - 1 - place)
                }
            }
            let text = (Bool.random() ? "www.secure." : "") + String(name) + (tails.randomElement() ?? "")
            let all = finder.find(text, among: finder.allPlaces)
            #expect(finder.find(text) == all, "\(text)")
            if all != nil { found += 1 }
        }
        #expect(found > 1000)
    }

    static let brands = [
        "hallmark-bank", "norvexa", "quillstone", "brightharbor", "zentalis", "copperfinch", "velloria",
        "tarnwick",
        "oakmeridian", "plumeworks", "silvergrove", "kestrelpay", "lumivance", "dovebridge", "marrowfield",
        "ardentia",
        "thistledown", "pixelforge", "harrowgate", "cindervale",
    ].map { $0 + ".com" }

    @Test(
        arguments: [
            ("norvexa.net", "other_suffix"), ("n0rvexa.com", "homoglyph"), ("norvéxa.com", "homoglyph"),
            ("nоrvеха.com", "homoglyph"), ("norv.exa.com", "split"), ("nor-vexa.com", "split"),
            ("norveza.com", "typo"),
            ("norvxa.com", "typo"), ("login-norvexa.com", "added_word"), ("norvexasupport.org", "added_word"),
            ("norvexasecure.evil.test", "added_word"), ("securenorvexa.evil.test", "added_word"),
            ("sign-in.norvexa.evil.test", "added_word"), ("secure.norvexa.a.b.c.d.e.f.test", "added_word"),
            ("www.norvexa.net", "other_suffix"), ("norvexa.com.norvexx.test", "as_subdomain"),
            ("norvexa.com.quillstone.net", "as_subdomain"), ("norvexa.com.quillstpne.test", "as_subdomain"),
            ("norvexa.com.evil.net", "as_subdomain"), ("hallmarkbank.com", "typo"),
            ("quillstnoe.co.uk", "typo"),
            ("silvrgrvoe.com", "near"), ("norvexa24.com", "added_word"),
            // Letters that nobody sees, as DNS carries them.
            ("xn--norvexa-j06c.com", "homoglyph"), ("xn--norvexa-nka.com", "homoglyph"),
            ("secure.norvexa.login.net", "added_word"), ("secure.norvexa.example.net", "added_word"),
            ("norvexa.verify.example.net", "added_word"),
            ("www.my-norvexa.secured.example.net", "added_word"),
            ("norvexa-verify.example.org", "added_word"), ("n0rvexa.account-update.net", "added_word"),
        ]
    )
    func reasons(_ name: String, _ reason: String) throws {
        let form = try #require(NameText.forms(name).first)
        #expect(try ShippedFinder.make(Self.brands).find(form)?.reason.rawValue == reason)
    }

    /// Two letters that look like one are compared as they are spelled, too.
    @Test(
        arguments: [
            ("bar-nes.com", "split"), ("ba4nes.com", "typo"), ("barnse.com", "typo"),
            ("bames.com", "homoglyph"),
            ("hexgarno.com", "typo"), ("hexgr4no.com", "typo"),
        ]
    )
    func lettersThatLookLikeOne(_ name: String, _ reason: String) throws {
        let finder = try ShippedFinder.make(["barnes.com", "hexgrano.com"])
        #expect(finder.find(name)?.reason.rawValue == reason)
    }

    @Test func oursAndOthersAreNone() throws {
        let finder = try ShippedFinder.make(Self.brands)
        for name in [
            "norvexa.com", "www.norvexa.com", "a.b.norvexa.com", "example.com", "normal.org", "com", "co.uk",
            // How a service names its customers.
            "norvexa.example.com", "www.norvexa.hosting-company.net", "norvexa-prod.example.com",
            "mail.norvexa.example.com", "api.norvexa.example.com", "login.example.com",
        ] {
            #expect(finder.find(name) == nil)
        }
    }

    /// What dnstwist (PyPI) makes of each brand, and names that are nobody's trap.
    @Test(.enabled(if: !PythonPackages.isOffline))
    func variantsOfAnotherProgramAreFoundAndInnocentNamesAreNot() throws {
        let finder = try ShippedFinder.make(Self.brands)
        let variants = try check(
            "python3",
            ["-B", projectFolder + "/Tests/Tools/name_variants.py"] + Self.brands
        ).text
        var (all, found) = (0, 0)
        var missed: [String] = []
        // Every eleventh, since a debug build is slow.
        for (number, line) in variants.split(separator: "\n").enumerated() where number.isMultiple(of: 11) {
            let parts = line.split(separator: " ").map(String.init)
            guard parts.count == 3 else { continue }
            all += 1
            if finder.find(parts[2])?.original == parts[0] { found += 1 } else { missed.append(String(line)) }
        }
        #expect(all > 5_000)
        #expect(found * 100 >= all * 95, "\(found) of \(all): \(missed.prefix(40))")
        // Names under which something was registered: host names of the list of public suffixes itself, and
        // those in the certificates of Python's packages and Debian's.
        let innocent = try check("python3", ["-B", projectFolder + "/Tests/Tools/innocent_names.py"]).text
            .split(separator: "\n").enumerated().filter { $0.offset.isMultiple(of: 5) }.map {
                String($0.element)
            }
        #expect(innocent.count >= 20_000)
        let wrong = innocent.filter { finder.find($0) != nil }
        #expect(wrong.count * 10_000 <= innocent.count, "\(wrong)")
    }
}
