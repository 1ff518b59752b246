import Bytes
import Wire

/// Reads Zeek's dns.log.
///
/// A line has the question and the texts of all answers, without their names and types: aliases first, then
/// what they lead to. So the name that was asked leads to each address; the names between are said to be
/// aliases of it.
final class DNSLogReader {
    private let run: ImportRun
    private let take: (NameSighting) throws -> Void

    init(_ run: ImportRun, _ take: @escaping (NameSighting) throws -> Void) {
        self.run = run
        self.take = take
    }

    func read(_ input: ImportInput) throws {
        try ZeekTable.rows(input, run) { log, row, number in
            if log == .dns { try read(row, number) } else { run.pass() }
        }
    }

    private func read(_ row: ZeekRow, _ line: Int) throws {
        guard let asked = row.text(.query), let answers = row.list(.answers), !answers.isEmpty,
            isQuestionForAddresses(row), let name = ResourceRecord.name(asked)
        else { return run.pass() }
        guard let time = row.time(.ts).map({ Int($0 / 1_000_000) }) else {
            return run.skip(PassiveDNSFault.noTime, line: line)
        }
        guard !PassiveDNSFault.isAhead(time) else { return run.skip(PassiveDNSFault.ahead, line: line) }
        // The table reads no more of a list than this.
        if answers.count >= PassiveDNSFault.mostValues { run.skip(PassiveDNSFault.tooMany, line: line) }
        var isRead = false
        var told: Set<NameSighting.Target> = []
        for answer in answers {
            let led =
                ResourceRecord.target(.address, answer) ?? ResourceRecord.target(.alias, answer)
            guard let target = led, target != .name(name), told.insert(target).inserted else { continue }
            isRead = true
            try take(NameSighting(name: name, target: target, first: time, last: time, count: 1))
        }
        if !isRead { run.pass() }
    }

    /// Of other questions, answers are no addresses: those for MX are names of servers.
    private func isQuestionForAddresses(_ row: ZeekRow) -> Bool {
        switch row.text(.queryType)?.uppercased() {
        case nil, "A", "AAAA", "CNAME", "*", "ANY": true
        default: false
        }
    }
}
