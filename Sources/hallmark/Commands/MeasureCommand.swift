import ArgumentParser
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
            status line, headers, body), in files and folders. The table has the rules that match; --format ndjson has all.

            With --calibrate it is known what the members are: each lies in a folder that has the name of the software that \
            it shows, or is called innocent. Then the table says how often each label and each specificity was right.

            Examples:
              hallmark signatures measure innocent/
              hallmark signatures measure innocent/ --format ndjson | jq 'select(.leads.medium > 0)'
              hallmark signatures measure --calibrate known/      with known/innocent, known/Sliver, known/Havoc
            """
    )

    @OptionGroup var signatures: SignatureOptions
    @OptionGroup var unread: KeepGoingOption
    @Argument(help: "Files and folders of the population.", completion: .file()) var paths: [String]
    @OptionGroup var form: FormatOptions
    @Flag(help: "Say how often the labels were right; folders have the names of what their files show.")
    var calibrate = false

    func validate() throws {
        if form.isLines, calibrate {
            throw ValidationError("--format ndjson and --calibrate exclude each other.")
        }
    }

    func run() throws {
        let output = StandardOutput()
        let rules = try signatures.load(quiet: form.isLines)
        var population = Population(rules.set, isKnown: calibrate)
        for path in paths { population.add(path: path) }
        let count = population.count
        if calibrate {
            try output.lines(count.calibration.table)
            let missed = "\(count.calibration.missed) without its lead"
            Terminal.say(
                "\(counted(count.calibration.guilty, "member")) of software, \(missed); \(count.calibration.innocent) innocent"
            )
        } else if form.isLines {
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
            Terminal.say("Nothing was measured.", .error)
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
