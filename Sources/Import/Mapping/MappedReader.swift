import Observations

/// Reads files as a mapping says.
package final class MappedReader: ForeignReader {
    private let mapping: Mapping
    private let source: ImportSource
    private let run: ImportRun

    private init(_ mapping: Mapping, _ run: ImportRun) {
        self.mapping = mapping
        self.run = run
        source = ImportSource(
            product: mapping.product,
            format: mapping.format,
            lacks: mapping.lacks + ImportSource.ownProbes
        )
    }

    /// The format that a mapping describes.
    package static func format(_ mapping: Mapping) -> ForeignFormat {
        ForeignFormat(
            name: mapping.name,
            title: mapping.title,
            recognises: { head in recognises(mapping.recognition, head) },
            makeReader: { MappedReader(mapping, $0) }
        )
    }

    static func recognises(_ recognition: Mapping.Recognition, _ head: FileHead) -> Bool {
        guard !recognition.isEmpty else { return false }
        let names = FieldLine.names(head.firstLine)
        return recognition.members.allSatisfy { head.isJSON && head.hasMember($0) }
            && recognition.contains.allSatisfy { head.contains($0) }
            && recognition.columns.allSatisfy { names.contains($0) }
    }

    package func read(_ input: ImportInput) throws {
        switch mapping.input {
        case .json:
            try JSONEntries(run).read(input) { node, line in try self.read(node, line) }
        case .csv, .tsv: try MappedTable(mapping, run).read(input) { try self.read($0, $1) }
        case .words:
            try input.lines(run) { line, number in
                let row = MappedTable.row(self.mapping, self.mapping.columns, FieldLine.words(line))
                try self.read(row, number)
            }
        case .keyValue:
            try input.lines(run) { line, number in
                let pairs = FieldLine.pairs(line) { self.run.remark(Self.twice, line: number) }
                guard !pairs.isEmpty else { return self.run.skip("no name=value in it", line: number) }
                try self.read(pairs.filter { !self.isUnset($0.value) }, number)
            }
        }
    }

    private func isUnset(_ text: String) -> Bool { text.isEmpty || mapping.unset.contains(text) }

    /// What is said of a name that stands twice where one is meant.
    static let twice = "a name that stands twice, of which the first counts"

    private func read(_ row: [String: String], _ line: Int) throws {
        let entry = ForeignEntry.row(row)
        guard isWanted(entry) else { return run.pass() }
        try emit(entry, line)
    }

    // MARK: JSON

    private func read(_ node: JSONNode, _ line: Int) throws {
        guard node.isObject else { return run.skip("a value that is no object", line: line) }
        if node.hasTwice() { run.remark(Self.twice, line: line) }
        let outer = ForeignEntry.json([node])
        guard !mapping.each.isEmpty else {
            guard isWanted(outer) else { return run.pass() }
            return try emit(outer, line)
        }
        var count = 0
        for path in mapping.each {
            var contexts: [[JSONNode]] = []
            // A dot is the entry itself.
            if path == "." { contexts = [[node]] } else { Self.expand([node], path[...], into: &contexts) }
            for context in contexts {
                let entry = ForeignEntry.json(context)
                guard isWanted(entry) else { continue }
                count += 1
                try emit(entry, line)
            }
            if !contexts.isEmpty { break }
        }
        if count == 0 { run.pass() }
    }

    /// Follows a path through objects and arrays; what lies on the way stays at hand.
    private static func expand(_ context: [JSONNode], _ path: Substring, into found: inout [[JSONNode]]) {
        guard found.count < 100_000, let node = context.last else { return }
        if node.isArray {
            // The array itself is left out: what its other elements have is no business of this one.
            for part in node.parts { expand(context.dropLast() + [part], path, into: &found) }
            return
        }
        guard node.isObject else { return }
        guard !path.isEmpty else { return found.append(context) }
        if path == "*" || path.hasPrefix("*.") {
            for part in node.parts { expand(context + [part], path.dropFirst(2), into: &found) }
            return
        }
        if let direct = node[String(path)] {
            return expand(context + [direct], "", into: &found)
        }
        guard let dot = path.firstIndex(of: "."), let inner = node[String(path[..<dot])] else { return }
        expand(context + [inner], path[path.index(after: dot)...], into: &found)
    }

    // MARK: both

    private func isWanted(_ entry: ForeignEntry) -> Bool {
        mapping.conditions.allSatisfy { condition in
            let values = entry.values(condition.path)
            // A star asks for anything.
            if condition.values.contains("*") { return !values.isEmpty }
            return values.flatMap(\.elements).compactMap(\.string).contains { condition.values.contains($0) }
        }
    }

    private func emit(_ entry: ForeignEntry, _ line: Int) throws {
        let made = MappedDraft(mapping, entry)
        for remark in made.remarks { run.remark(remark, line: line) }
        guard made.draft.isWorthARecord else {
            return made.draft.hasEndpoint
                ? run.pass() : run.skip("neither an endpoint nor a certificate", line: line)
        }
        let observation = run.begin(source)
        made.draft.fill(observation)
        try run.emit(observation, client: made.draft.client)
    }
}

extension FieldLine {
    /// The names of columns in a first line.
    static func names(_ line: Substring) -> Set<String> {
        Set(line.split { ",;\t".contains($0) }.map { $0.filter { $0 != "\"" }.description.trimmingBlanks })
    }
}

extension String {
    var trimmingBlanks: String {
        var rest = self[...].drop { $0 == " " || $0 == "\u{feff}" }
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
