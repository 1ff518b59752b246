import Foundation
import Observations
import TestSupport
import Testing

@testable import Signatures

/// The shipped library against populations: nothing innocent may stand out, and what tools make has to be
/// named.
///
/// Programs in `Tests/Population` make both anew for each run, with other people's encoder.
@Suite struct PopulationTests {
    private static let root = #filePath.replacing("/Tests/SignaturesTests/PopulationTests.swift", with: "")
    private static let rules = Result { try SignatureLibrary.load([root + "/signatures"], cache: nil) }

    @Test(.enabled(if: !PythonPackages.isOffline))
    func innocentCertificatesRaiseNothing() throws {
        let set = try Self.rules.get()
        let population = try certificates("innocent_certificates.py")
        #expect(population.count >= 500)
        #expect(Set(population.map(\.maker)).count >= 60)
        var loud: [String] = []
        for certificate in population {
            let leads = try assess(certificate.der, port: 443, set).leads.filter { $0.label > .low }
            loud += leads.map { "\(certificate.maker): \($0.software.name) \($0.confidence)" }
        }
        #expect(loud == [])
    }

    @Test(.enabled(if: !PythonPackages.isOffline))
    func certificatesOfToolsAreNamed() throws {
        let set = try Self.rules.get()
        let population = Dictionary(grouping: try certificates("adversary_certificates.py"), by: \.maker)
        #expect(population.count >= 10)
        for (tool, certificates) in population {
            #expect(certificates.count >= 30)
            let silent = try certificates.filter { certificate in
                // Some rules want a certain port.
                try ![443, 11601].contains { port in
                    try assess(certificate.der, port: port, set).leads.contains { $0.software.name == tool }
                }
            }
            #expect(silent.count == 0, "\(tool)")
        }
    }

    @Test func innocentAnswersRaiseNothing() throws {
        let set = try Self.rules.get()
        let population = try answers()
        #expect(population.count { !$0.isPage } >= 80)
        #expect(population.count(where: \.isPage) >= 200)
        var loud: [String] = []
        for item in population {
            let leads = try assess(item.answer, to: HTTPRequest("GET", "/"), set).leads
            loud += leads.filter { $0.label > .low }.map {
                "\(item.who): \($0.software.name) \($0.confidence)"
            }
        }
        #expect(loud == [])
    }

    /// The table in `Docs/leads.md` is what the labels are worth today; `RECORD_SNAPSHOTS=1` writes it anew.
    @Test(.enabled(if: !PythonPackages.isOffline))
    func leadsPageSaysWhatTheLabelsAreWorth() throws {
        let set = try Self.rules.get()
        var calibration = Calibration()
        for certificate in try certificates("innocent_certificates.py") {
            calibration.add(try assess(certificate.der, port: 443, set), set.rules, showing: .innocent)
        }
        for item in try answers() {
            let assessment = try assess(item.answer, to: HTTPRequest("GET", "/"), set)
            calibration.add(assessment, set.rules, showing: .innocent)
        }
        for certificate in try certificates("adversary_certificates.py") {
            let port = certificate.maker == "Ligolo-ng" ? 11601 : 443
            let assessment = try assess(certificate.der, port: port, set)
            calibration.add(assessment, set.rules, showing: .software(certificate.maker))
        }
        #expect(calibration.innocent >= 1_000)
        #expect(calibration.guilty >= 400)
        #expect(calibration.missed == 0)
        #expect(calibration.labels[.high]?.wrong == 0)

        let path = Self.root + "/Docs/leads.md"
        let page = try String(contentsOfFile: path, encoding: .utf8)
        let (begin, end) = ("<!-- calibration -->\n", "\n<!-- end of calibration -->")
        let from = try #require(page.range(of: begin)).upperBound
        let to = try #require(page.range(of: end)).lowerBound
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
            let text = page[..<from] + calibration.table + page[to...]
            try String(text).write(toFile: path, atomically: true, encoding: .utf8)
            Issue.record("Docs/leads.md was written; run again without RECORD_SNAPSHOTS")
            return
        }
        #expect(page[from..<to] == calibration.table, "RECORD_SNAPSHOTS=1 writes it anew")
    }

    private struct Certificate {
        let maker: String
        let der: [UInt8]
    }

    private struct Answer: Decodable {
        let who: String
        let answer: String

        var isPage: Bool {
            ["article about ", "forum about ", "search for ", "echo of ", "page "].contains {
                who.hasPrefix($0)
            }
        }
    }

    private func certificates(_ program: String) throws -> [Certificate] {
        try output(of: program).split(separator: "\n").map { line in
            let parts = line.split(separator: "\t")
            let der = try #require(parts.count == 2 ? Data(base64Encoded: String(parts[1])) : nil)
            return Certificate(maker: String(parts[0]), der: [UInt8](der))
        }
    }

    private func answers() throws -> [Answer] {
        try output(of: "innocent_answers.py").split(separator: "\n").map { line in
            try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
        }
    }

    private func output(of program: String) throws -> String {
        let path = Self.root + "/Tests/Population/" + program
        return try check("env", ["PYTHONDONTWRITEBYTECODE=1", "python3", path]).text
    }
}
