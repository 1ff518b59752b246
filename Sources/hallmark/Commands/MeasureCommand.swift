import ArgumentParser
import Bytes
import Corpus
import Foundation
import HTTPClient
import Observations
import Signatures
import Terminal

/// `hallmark signatures measure`: how often each rule matches a population.
struct MeasureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Count for every rule how often it matches a population, and what leads come of it.",
        discussion: """
            A population is certificates (PEM, DER), observations (NDJSON), pages (*.html, *.htm) and saved answers (*.http: \
            status line, headers, body), in files and folders. The table has the rules that match; --json has all.

            Examples:
              hallmark signatures measure innocent/
              hallmark signatures measure innocent/ --json | jq 'select(.leads.medium > 0)'
            """
    )

    @OptionGroup var signatures: SignatureOptions
    @OptionGroup var unread: KeepGoingOption
    @Argument(help: "Files and folders of the population.", completion: .file()) var paths: [String]
    @Flag(help: "One JSON object a rule.") var json = false

    func run() throws {
        let output = StandardOutput()
        let rules = try signatures.load(quiet: json)
        var population = Population(rules.set)
        for path in paths { population.add(path: path) }
        let count = population.count
        if json {
            for row in count.rows { try output.json(MeasureRow(row, of: count.members)) }
        } else {
            let found = count.rows.filter { $0.matches > 0 }.sorted { $0.matches > $1.matches }
            let header = ["MATCHES", "HIGH", "MEDIUM", "LOW", "SPECIFICITY", "FAMILY", "SOFTWARE", "TITLE"]
            let rows = found.map { row in
                ["\(row.matches)"] + LeadLabel.allCases.reversed().map { "\(row.leads[$0] ?? 0)" }
                    + [
                        row.rule.hallmark.specificity.rawValue, row.rule.family,
                        row.rule.subjects.first ?? "",
                        row.rule.title,
                    ]
            }
            try output.table([header] + rows)
        }
        try output.flush()
        let labels = LeadLabel.allCases.reversed().map { "\(count.leads[$0] ?? 0) \($0.rawValue)" }
        Terminal.say(
            counted(count.members, "member") + ", leads: " + labels.joined(separator: ", ")
                + "; \(counted(population.unreadable, "file")) unreadable, \(population.passedOver) of another kind"
        )
        if count.members == 0 {
            Terminal.say("Nothing was measured.")
            throw ExitCode(1)
        }
        if population.unreadable > 0 || !rules.unread.isEmpty, !unread.keepGoing { throw ExitCode(1) }
    }
}

/// What came of one rule, as machines read it.
private struct MeasureRow: Encodable {
    let id: String?
    let title: String
    let family: String
    let software: [String]
    let specificity: String
    let matches: Int
    let members: Int
    let leads: [String: Int]

    init(_ row: PopulationCount.Row, of members: Int) {
        id = row.rule.id
        title = row.rule.title
        family = row.rule.family
        software = row.rule.hallmark.software.map(\.name)
        specificity = row.rule.hallmark.specificity.rawValue
        matches = row.matches
        self.members = members
        leads = Dictionary(uniqueKeysWithValues: LeadLabel.allCases.map { ($0.rawValue, row.leads[$0] ?? 0) })
    }
}

/// Reads a population and counts it.
private struct Population {
    private(set) var count: PopulationCount
    /// Files that should hold members and don't, or that can't be read.
    private(set) var unreadable = 0
    /// Files in folders that are no population.
    private(set) var passedOver = 0

    private static let maximumPage = 16 << 20

    init(_ set: RuleSet) { count = PopulationCount(set) }

    mutating func add(path: String) {
        let before = count.members + unreadable
        defer {
            if count.members + unreadable == before {
                fail(path, "there is nothing in it that can be measured")
            }
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            return fail(path, "no such file or folder")
        }
        guard isFolder.boolValue else { return add(file: path, isNamed: true) }
        let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard let names = try? FileManager.default.subpathsOfDirectory(atPath: real) else {
            return fail(path, "can't be read")
        }
        for name in names.sorted() {
            let file = path + "/" + name
            let attributes = try? FileManager.default.attributesOfItem(atPath: real + "/" + name)
            guard attributes?[.type] as? FileAttributeType == .typeRegular else { continue }
            add(file: file, isNamed: false)
        }
    }

    private mutating func add(file: String, isNamed: Bool) {
        let isAnswer = file.hasSuffix(".http")
        if isAnswer || file.hasSuffix(".html") || file.hasSuffix(".htm") {
            return add(page: file, isAnswer: isAnswer)
        }
        do {
            if isNamed { _ = try CertificateFile.look(at: file) }
            switch CertificateFile.kind(of: file) {
            case .ndjson: try add(sweep: file)
            case .pem, .der:
                let contents = try CertificateFile.contents(of: file)
                for fault in contents.faults { fail(fault) }
                for certificate in contents.certificates {
                    add(line: CertificateFile.line(certificate), file, nil)
                }
            case nil:
                if access(file, R_OK) != 0 {
                    fail(file, "can't be read")
                } else {
                    passedOver += 1
                }
            }
        } catch let error as FileError {
            fail(error)
        } catch {
            fail(file, "\(error)")
        }
    }

    private mutating func add(sweep file: String) throws {
        var reader = try LineReader(file)
        while let line = try reader.next({ [UInt8]($0) }) { add(line: line, file, reader.number) }
        if reader.skipped > 0 { fail(file, "\(counted(reader.skipped, "line")) too long to be read") }
    }

    private mutating func add(line: [UInt8], _ file: String, _ number: Int?) {
        do throws(ObservationSyntaxError) { try count.add(line.span) } catch {
            fail(file + (number.map { ":\($0)" } ?? ""), "\(error)")
        }
    }

    /// Reads a page as the answer of a server to `GET /`, by the reader that scans have.
    private mutating func add(page file: String, isAnswer: Bool) {
        guard let data = FileManager.default.contents(atPath: file), data.count <= Self.maximumPage else {
            return fail(file, "can't be read, or is longer than 16 MiB")
        }
        var bytes = [UInt8](data)
        if !isAnswer {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: \(bytes.count)\r\n\r\n"
            bytes = Array(head.utf8) + bytes
        }
        let options = HTTPOptions()
        let plan = RequestPlan(options, asking: [])
        let probe = HTTPProbe(HTTPOrigin(isTLS: true, host: "page.invalid", port: 443), plan, options)
        _ = probe.connected()
        _ = probe.received(bytes.span)
        _ = probe.closed()
        guard let exchange = probe.exchanges.first else { return fail(file, "is no HTTP answer") }
        var line = ByteBuffer(capacity: 8192)
        line.append(0x7b)
        HTTPEncoder.encode(exchange, into: &line)
        line.append(0x7d)
        add(line: line.withSpan { span in span.indices.map { span[$0] } }, file, nil)
    }

    private mutating func fail(_ error: FileError) {
        unreadable += 1
        Terminal.say(error.description)
    }

    private mutating func fail(_ file: String, _ message: String) {
        unreadable += 1
        Terminal.say("\(file): \(message)")
    }
}
