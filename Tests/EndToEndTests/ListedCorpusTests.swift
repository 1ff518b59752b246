import Foundation
import TestSupport
import Testing

/// What lists and earlier cases knew of a record is known when it is read from a corpus.
@Suite struct ListedCorpusTests {
    private static func line(_ host: Int, time: String = "2026-06-01T01:00:00.000Z") -> String {
        let digits = String(repeating: "A\(host)", count: 32)
        return #"{"@timestamp":"\#(time)","event":{"outcome":"success","dataset":"hallmark.observation"},"#
            + #""server":{"address":"192.0.2.\#(host)","ip":"192.0.2.\#(host)","port":443},"#
            + #""tls":{"server":{"hash":{"sha256":"\#(digits)"}}},"#
            + #""hallmark":{"certificate":{"spki_sha256":"\#(digits)"}}}"# + "\n"
    }

    private static let list = """
        #! feed: Our feed
        #! date: 2026-05-20
        #! tlp: amber
        #! case: IR-7
        192.0.2.7:443 # a beacon
        """

    /// A corpus to which a matched sweep was added.
    private static func seen(_ list: String = list) throws -> (scratch: Scratch, matched: String) {
        let scratch = Scratch()
        let lists = try scratch.write("list.txt", list)
        let sweep = try scratch.write("sweep.ndjson", line(7) + line(8))
        let matched = try Program.run([
            "match", sweep, "--iocs", lists,
        ])
        #expect(matched.status == 0, "\(matched.errors)")
        return (scratch, matched.text)
    }

    /// A sweep that a corpus has already is matched later, or against lists that came later.
    @Test func whatIsSaidLaterIsAdded() throws {
        let (scratch, matched) = try Self.seen()
        let corpus = scratch.file("later.sqlite")
        let file = try scratch.write("matched.ndjson", matched)
        for added in [scratch.file("sweep.ndjson"), file, scratch.file("sweep.ndjson"), file] {
            #expect(try Program.run(["corpus", "add", added, "--corpus", corpus]).status == 0)
        }
        let found = try Program.run([
            "search", "hallmark.indicators.case: IR-7", "--corpus", corpus, "--count",
        ])
        #expect(found.text == "1\n", "\(found.errors)")
        let leads = try Program.run(["search", "hallmark.leads: *", "--corpus", corpus, "--count"])
        #expect(leads.text == "1\n", "\(leads.errors)")
        let sightings = try Program.run(["search", "*", "--of", "sightings", "--corpus", corpus, "--count"])
        #expect(sightings.text == "2\n", "\(sightings.errors)")
    }

    @Test func aCorpusKeepsWhichListAndCaseAHitComesFrom() throws {
        let (scratch, matched) = try Self.seen()
        let corpus = scratch.file("seen.sqlite")
        let file = try scratch.write("matched.ndjson", matched)
        #expect(try Program.run(["corpus", "add", file, "--corpus", corpus]).status == 0)
        let wanted = try #require(try Program.records(matched).first?["hallmark.indicators"])
        func search(_ query: String, _ more: [String] = []) throws -> CommandResult {
            try Program.run(["search", query, "--corpus", corpus] + more)
        }
        for query in [
            "hallmark.indicators.feed: \"Our feed\"", "hallmark.indicators.case: IR-*",
            "hallmark.indicators:{ kind: endpoint and tlp: amber and date < 2026-06-01 }",
            "hallmark.indicators: *", "hallmark.indicators.aged: true or hallmark.indicators.value: 192*",
        ] {
            let found = try search(query, ["--format", "ndjson"])
            let records = try Program.records(found.text)
            #expect(records.map(\.endpoint) == ["192.0.2.7:443"], "\(query): \(found.errors)")
            let told = try #require(records.first?["hallmark.indicators"], "\(query)")
            #expect((told as? NSArray) == (wanted as? NSArray), "\(query)")
        }
        #expect(try search("hallmark.indicators.confirmed: *", ["--count"]).text == "0\n")
        let grouped = try search("*", ["--group-by", "hallmark.indicators.case", "--format", "csv"])
        #expect(grouped.text.contains(",IR-7"), "\(grouped.text)\(grouped.errors)")
        let columns = ["hallmark.indicators.feed", "hallmark.indicators.date"]
        let table = try search(
            "server.ip: 192.0.2.7",
            ["--fields", columns.joined(separator: ","), "--format", "csv"]
        )
        #expect(table.text.contains("Our feed,2026-05-20T00:00:00Z"), "\(table.text)\(table.errors)")
        let exported = try Program.run(["corpus", "export", "--corpus", corpus])
        #expect(exported.text.contains(#""case":"IR-7""#) && exported.text.contains("a beacon"))
        let report = try Program.run(["report", "--corpus", corpus, "--format", "markdown"])
        #expect(report.text.contains("listed by Our feed, 2026-05-20: a beacon"), "\(report.text)")
        #expect(report.text.contains("case IR-7"), "\(report.text)")
        let stats = try Program.run(["corpus", "stats", "--corpus", corpus])
        #expect(stats.status == 0, "\(stats.errors)")
    }

    @Test func theNewestRecordTells() throws {
        let (scratch, matched) = try Self.seen()
        let corpus = scratch.file("seen.sqlite")
        let later = matched.replacing("2026-06-01", with: "2026-06-03").replacing("IR-7", with: "IR-9")
        let older = matched.replacing("2026-06-01", with: "2026-06-02").replacing("IR-7", with: "IR-8")
        for (name, text) in [("1", matched), ("3", later), ("2", older)] {
            let file = try scratch.write("\(name).ndjson", text)
            #expect(try Program.run(["corpus", "add", file, "--corpus", corpus]).status == 0)
        }
        let grouped = try Program.run([
            "search", "*", "--corpus", corpus, "--group-by", "hallmark.indicators.case", "--format", "csv",
        ])
        #expect(grouped.text.contains(",IR-9") && !grouped.text.contains("IR-8"), "\(grouped.text)")
    }

    /// What a record of another program says of lists is nobody's word.
    @Test func foreignRecordsTellNothing() throws {
        let (scratch, matched) = try Self.seen()
        let corpus = scratch.file("seen.sqlite")
        let foreign = matched.replacing(#","dataset":"hallmark.observation""#, with: "")
        let file = try scratch.write("foreign.ndjson", foreign)
        let added = try Program.run(["corpus", "add", file, "--corpus", corpus])
        #expect(added.status == 0 && added.errors.contains("left out that no Hallmark said"))
        let counted = try Program.run([
            "search", "hallmark.indicators: *", "--corpus", corpus, "--count",
        ])
        #expect(counted.text == "0\n", "\(counted.text)\(counted.errors)")
    }

    /// A list may call a software by whatever name: what is written of it can be read again.
    @Test func aLongNameOfASoftwareIsCut() throws {
        let name = String(repeating: "ä", count: 300)
        let (scratch, matched) = try Self.seen("#! software: \(name)\n192.0.2.7\n")
        let told = try #require(
            try Program.records(matched).first?["hallmark.leads"] as? [[String: Any]]
        )
        let software = (told.first?["software"] as? [String: Any])?["name"] as? String
        #expect(software == String(repeating: "ä", count: 128))
        let corpus = scratch.file("seen.sqlite")
        let file = try scratch.write("matched.ndjson", matched)
        let added = try Program.run(["corpus", "add", file, "--corpus", corpus])
        #expect(added.status == 0 && !added.errors.contains("no lead"), "\(added.errors)")
        // In a record of others it is no lead, and the reason says what one is.
        let long = matched.replacing(
            String(repeating: "ä", count: 128),
            with: String(repeating: "b", count: 257)
        )
        let other = try scratch.write("long.ndjson", long)
        let refused = try Program.run(["corpus", "add", other, "--corpus", corpus])
        #expect(
            refused.errors.contains("a software's name of 1 to 256 bytes, a confidence from 0 to 99"),
            "\(refused.errors)"
        )
    }

    @Test func theConsoleShowsThem() throws {
        let (_, matched) = try Self.seen()
        let served = try ServedCorpus(matched)
        for path in ["/endpoint?ip=192.0.2.7&port=443", "/triage"] {
            let page = try served.get(path)
            #expect(page.status == 200, "\(path)")
            #expect(page.text.contains("listed by Our feed, 2026-05-20: a beacon"), "\(path): \(page.text)")
            #expect(page.text.contains("case IR-7"), "\(path)")
        }
    }
}
