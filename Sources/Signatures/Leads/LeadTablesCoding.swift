import Observations

/// How the tables of leads lie in the cache.
extension CacheWriter {
    mutating func put(_ tables: LeadTables) {
        put(
            tables.corroboration.sorted {
                ($0.key.name, $0.key.id ?? "") < ($1.key.name, $1.key.id ?? "")
            }
        ) {
            writer,
            entry in
            writer.put(entry.key)
            writer.put(entry.value) { $0.put($1) }
        }
        put(tables.ruleProbes) { $0.put(Int64($1.rawValue)) }
        put(tables.asked) { writer, asked in
            writer.put(asked.request)
            writer.put(asked.rules) { $0.put($1) }
        }
        put(tables.ownRequests.sorted()) { $0.put($1) }
        for rules in [
            tables.marking, tables.severalKinds, tables.unaskable.sorted(),
            tables.innocentStacks.sorted(),
        ] {
            put(rules) { $0.put($1) }
        }
        put(tables.areOwnStacksKnown)
    }

    private mutating func put(_ one: Corroboration) {
        put(one.text)
        put(one.kind.rawValue)
        put(one.field)
    }
}

extension CacheReader {
    /// - Parameter set: the rules that the tables were made of.
    mutating func leadTables(_ set: RuleSet) throws(Broken) -> LeadTables {
        let count = set.store.count
        func rules(_ reader: inout CacheReader) throws(Broken) -> [Int] {
            try reader.list { reader throws(Broken) in try reader.place(in: count) }
        }
        var corroboration: [Software: [Corroboration]] = [:]
        for _ in 0..<(try self.count()) {
            let software = try software()
            corroboration[software] = try list { reader throws(Broken) in
                Corroboration(
                    text: try reader.text(),
                    kind: try reader.name(EvidenceKind.self),
                    field: try reader.place(in: set.names.count)
                )
            }
        }
        let ruleProbes = try list { reader throws(Broken) in
            ProbeKinds(rawValue: try reader.small(0...UInt8.max))
        }
        guard ruleProbes.count == count else { throw Broken() }
        let asked = try list { reader throws(Broken) in
            AskedRequest(request: try reader.request(), rules: try rules(&reader))
        }
        return LeadTables(
            set,
            corroboration: corroboration,
            ruleProbes: ruleProbes,
            asked: asked,
            ownRequests: Set(
                try list { reader throws(Broken) in try reader.place(in: asked.count) }
            ),
            marking: try rules(&self),
            severalKinds: try rules(&self),
            unaskable: Set(try rules(&self)),
            innocentStacks: Set(try rules(&self)),
            areOwnStacksKnown: try flag()
        )
    }
}
