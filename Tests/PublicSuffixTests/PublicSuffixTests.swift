import Foundation
import Observations
import PublicSuffix
import TestSupport
import Testing

struct PublicSuffixTests {
    private static let path = projectFolder + "/publicsuffix/public_suffix_list.dat"
    private let scratch = Scratch()

    @Test func theShippedListSaysItsDate() throws {
        let list = try PublicSuffixList.load(named: nil, executable: programPath)
        #expect(list.date?.hasPrefix("20") == true)
        #expect(list.count > 9000)
    }

    /// Names around every tenth rule, and publicsuffixlist's answers for them.
    @Test(.enabled(if: !PythonPackages.isOffline))
    func itAgreesWithThePythonLibrary() throws {
        let folder = try PythonPackages.install()
        let program = """
            import json, sys
            sys.path.insert(0, sys.argv[1])
            from publicsuffixlist import PublicSuffixList
            path = sys.argv[2]
            theirs = PublicSuffixList(open(path, encoding="utf-8"))
            names = {"a.b.example.com", "com", "example.com", "nothing.unknowntld", "unknowntld", "1.2.3.4.kobe.jp"}
            rules = [l.split()[0] for l in open(path, encoding="utf-8") if l.strip() and not l.startswith("//")]
            for rule in rules[::10] + [r for r in rules if r[0] in "*!" or not r.isascii()]:
                plain = rule.lstrip("!").removeprefix("*.").encode("idna").decode()
                names |= {plain, "x." + plain, "y.x." + plain, "z.y.x." + plain}
            # The library takes the parent of a wildcard for a suffix, which the list's own algorithm does not.
            plain = {r.encode("idna").decode() for r in rules if r[0] not in "*!"}
            parents = {r[2:].encode("idna").decode() for r in rules if r.startswith("*.")} - plain
            for name in sorted(names - parents):
                print(json.dumps([name, theirs.privatesuffix(name)]))
            """
        let answers = try check("python3", ["-c", program, folder, Self.path]).text.split(separator: "\n")
        #expect(answers.count > 4000)
        let list = try PublicSuffixList(file: Self.path)
        for line in answers {
            let pair = try JSONDecoder().decode([String?].self, from: Data(line.utf8))
            let name = try #require(pair[0])
            #expect(list.registrableDomain(of: name) == pair[1], "\(name)")
            #expect(list.isPublicSuffix(name) == (pair[1] == nil), "\(name)")
        }
    }

    @Test func namesAreTakenAsCertificatesWriteThem() throws {
        let list = try PublicSuffixList(file: Self.path)
        #expect(list.registrableDomain(of: "*.Example.CO.UK.") == "example.co.uk")
        #expect(list.isPublicSuffix("*.co.uk"))
        #expect(list.registrableDomain(of: "") == nil)
        #expect(list.registrableDomain(of: "a..com") == nil)
        #expect(!list.isPublicSuffix("a..com"))
    }

    @Test func whatIsNoListIsRefused() throws {
        let page = try scratch.write("page", "<html>\n<body class=\"a\">\n<p>com\n</html>\n")
        #expect(throws: FileError.self) { try PublicSuffixList(file: page) }
        #expect(throws: FileError.self) { try PublicSuffixList(file: scratch.file("absent")) }
        #expect(throws: FileError.self) { try PublicSuffixList(file: try scratch.write("empty", "")) }
        func reason(_ text: String) throws -> String {
            let path = try scratch.write("junk", text)
            do {
                _ = try PublicSuffixList(file: path)
                return ""
            } catch { return error.description }
        }
        // A word, a list of words, and one bad line among good ones.
        #expect(try reason("junk\n").contains("// VERSION"))
        #expect(try reason("example.com\nother.net\n").contains("// VERSION"))
        let broken = try reason("// VERSION: mine\ncom\nhttps://example.com/\nnet\n")
        #expect(broken.contains("junk:3") && broken.contains("'https://example.com/'"), "\(broken)")
        // The first half of one, and rules that stand behind blanks.
        #expect(try reason("// ===BEGIN ICANN DOMAINS===\ncom\n").contains("has no end"))
        #expect(try reason("// VERSION: mine\ncom\n  net\n").contains("junk:3"))
        let own = try scratch.write("own", "// VERSION: mine\ncorp\n*.lab.corp\n!office.lab.corp\n")
        let list = try PublicSuffixList.load(named: own, executable: "")
        #expect(list.date == "mine")
        #expect(list.registrableDomain(of: "a.b.lab.corp") == "a.b.lab.corp")
        #expect(list.registrableDomain(of: "x.office.lab.corp") == "office.lab.corp")
    }
}
