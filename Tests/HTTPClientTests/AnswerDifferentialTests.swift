import Foundation
import TestSupport
import Testing
import Wire

/// Our reading of answers against curl's, html5lib's and Node's, all in one run over loopback.
///
/// Where we differ the row says why; a difference that has gone is a failure, too.
@Suite struct AnswerDifferentialTests {
    @Test func answersAreReadAsOthersReadThem() throws {
        let rows = AnswerRow.all
        #expect(rows.count >= 300)
        #expect(Set(rows.map(\.name)).count == rows.count)
        let server = AnswerServer(rows)
        let ours = try rows.indices.map { try ourReading($0, server.port, rows[$0]) }
        // Tests/Tools/browser_answers.py holds them against a browser.
        if let file = ProcessInfo.processInfo.environment["HALLMARK_ANSWERS"] {
            let all = zip(rows, ours).map { row, our in
                [
                    "name": row.name, "bytes": Data(row.bytes).base64EncodedString(),
                    "status": "\(our.status)",
                    "body": Data(our.decoded).base64EncodedString(), "title": our.title ?? "",
                ]
            }
            try JSONSerialization.data(withJSONObject: all).write(to: URL(fileURLWithPath: file))
        }
        var others = try curlReadings(rows, server.port)
        let titles = try html5libTitles(ours.map { ($0.decoded, $0.headers["content-type"]?.first ?? "") })
        let urls = try nodeURLs(
            rows.indices.map {
                (ours[$0].location, "http://a\($0).test/folder/\($0)")
            }
        )
        for index in rows.indices {
            others[index].title = titles[index]
            // Node resolves any reference; an answer redirects only with the right status and a Location.
            others[index].url =
                ours[index].redirect.isEmpty && others[index].redirect.isEmpty ? "" : urls[index]
        }
        var report = ""
        for index in rows.indices {
            let (row, our, other) = (rows[index], ours[index], others[index])
            for aspect in Aspect.allCases {
                let isSame = our.value(aspect) == other.value(aspect)
                guard isSame != (AnswerDifferences.reason(row, aspect) == nil) else { continue }
                report +=
                    "\(row.name), \(aspect): ours \(our.value(aspect).prefix(300).debugDescription) [\(our.remark)], "
                    + "theirs \(other.value(aspect).prefix(300).debugDescription) [\(other.remark)]\n"
            }
        }
        #expect(report == "")
    }

    /// The list of names is the standard's.
    @Test func namedReferencesAreThoseOfPython() throws {
        let script = "import html.entities, json; print(json.dumps(html.entities.html5))"
        let text = try check("/usr/bin/python3", ["-c", script]).output
        let names = try #require(try JSONSerialization.jsonObject(with: Data(text)) as? [String: String])
        #expect(names.count == 2231)
        for (name, value) in names {
            #expect(CharacterReferences.resolve("&\(name)") == value)
        }
    }
}
