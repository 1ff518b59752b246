import Bytes
import Observations

/// Reads the Common Output Format: an object of JSON on each line, with `rrname`, `rrtype`, `rdata`, times
/// and a count.
///
/// `rdata` is one text or a list of them. Times are seconds since 1970; where a server has seen the record
/// itself they are `time_first` and `time_last`, and where it stood in a zone file `zone_time_first` and
/// `zone_time_last`. Both together are one period here: that the name led there is known from either.
final class CommonOutputReader {
    private let run: ImportRun
    private let take: (NameSighting) throws -> Void
    private let tree = JSONTree()

    init(_ run: ImportRun, _ take: @escaping (NameSighting) throws -> Void) {
        self.run = run
        self.take = take
    }

    func read(_ input: ImportInput) throws {
        try input.lines(run) { line, number in try read(line, number) }
    }

    private func read(_ line: UnsafeRawBufferPointer, _ number: Int) throws {
        guard let root = try? tree.read(line, padded: true), root.isObject else {
            return run.skip(PassiveDNSFault.notJSON, line: number)
        }
        if let condition = root["cond"]?.string { readCondition(condition, number) }
        let isWrapped = root["cond"] != nil || root["obj"] != nil
        guard let record = isWrapped ? root["obj"] : root else { return run.pass() }
        guard let owner = record["rrname"]?.string else {
            return run.skip(PassiveDNSFault.noName, line: number)
        }
        let typeNode = record["rrtype"]
        guard let type = typeNode?.string ?? typeNode?.integer.map(String.init) else {
            return run.skip(PassiveDNSFault.noType, line: number)
        }
        guard let data = record["rdata"], data.isArray || data.bytes != nil else {
            return run.skip(PassiveDNSFault.noData, line: number)
        }
        guard let period = period(record) else { return run.skip(PassiveDNSFault.noTime, line: number) }
        guard period.first <= period.last else {
            return run.skip(PassiveDNSFault.timeOrder, line: number)
        }
        guard !PassiveDNSFault.isAhead(period.last) else {
            return run.skip(PassiveDNSFault.ahead, line: number)
        }
        // Other types lead to no address, and names that no host can have stand in no certificate.
        guard let kind = ResourceRecord.Kind(type), let name = ResourceRecord.name(owner) else {
            return run.pass()
        }
        let count = max(1, min(record["count"]?.integer ?? 1, Self.mostCounted))
        let values =
            data.isArray ? data.parts.prefix(PassiveDNSFault.mostValues).map(\.string) : [data.string]
        if data.isArray, data.parts.dropFirst(PassiveDNSFault.mostValues).first(where: { _ in true }) != nil {
            run.skip(PassiveDNSFault.tooMany, line: number)
        }
        var isRead = false
        for value in values {
            guard let target = value.flatMap({ ResourceRecord.target(kind, $0) }) else {
                // An alias may be any name of the DNS; what is no address is none.
                if kind == .address { run.skip(PassiveDNSFault.noAddress, line: number) }
                continue
            }
            isRead = true
            try take(
                NameSighting(
                    name: name,
                    target: target,
                    first: period.first,
                    last: period.last,
                    count: count
                )
            )
        }
        if !isRead, kind == .alias { run.pass() }
    }

    /// What SAF's lines say of the answer as a whole.
    private func readCondition(_ condition: String, _ number: Int) {
        if condition == "limited" || condition == "failed" { run.skip(PassiveDNSFault.cut, line: number) }
    }

    /// From the first to the last time of any kind, in milliseconds since 1970.
    private func period(_ record: JSONNode) -> (first: Int, last: Int)? {
        func time(_ name: String) -> Int? {
            guard let node = record[name] else { return nil }
            let told = node.integer ?? node.bytes.flatMap { ForeignTime.seconds($0) }
            guard let seconds = told, UTCCalendar.writableSeconds.contains(seconds) else { return nil }
            return seconds * 1000
        }
        let firsts = [time("time_first"), time("zone_time_first")].compactMap(\.self)
        let lasts = [time("time_last"), time("zone_time_last")].compactMap(\.self)
        guard let first = firsts.min(), let last = lasts.max() else { return nil }
        return (first, last)
    }

    /// More is no count of anything.
    private static let mostCounted = 1 << 40
}
