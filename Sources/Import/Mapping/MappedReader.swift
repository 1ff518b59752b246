import Observations

/// Reads files as a mapping says.
package final class MappedReader: ForeignReader {
    private let mapping: Mapping
    private let source: ImportSource
    private let run: ImportRun
    /// The places that the mapping reads.
    private let places: Set<String>

    private init(_ mapping: Mapping, _ run: ImportRun) {
        self.mapping = mapping
        self.run = run
        places = Set(mapping.fields.flatMap(\.value.places) + mapping.conditions.map(\.path))
        source = ImportSource(
            product: mapping.product,
            format: mapping.format,
            lacks: mapping.lacks
        )
    }

    /// The format that a mapping describes.
    ///
    /// - Parameter forAnyFile: whether it is for every file, however it looks.
    package static func format(_ mapping: Mapping, forAnyFile: Bool = false) -> ForeignFormat {
        ForeignFormat(
            name: mapping.name,
            title: mapping.title,
            recognises: { head in forAnyFile || recognises(mapping, head) },
            makeReader: { MappedReader(mapping, $0) }
        )
    }

    static func recognises(_ mapping: Mapping, _ head: FileHead) -> Bool {
        let recognition = mapping.recognition
        guard !recognition.isEmpty, mapping.input == .json ? head.isJSON : !head.isJSON && !head.isXML
        else { return false }
        guard recognition.shapes.isEmpty || fits(mapping, head.firstLine) else { return false }
        let names = recognition.columns.isEmpty ? [] : FieldLine.names(head.firstLine)
        return recognition.members.allSatisfy { head.isJSON && $0.contains(where: head.hasMember) }
            && !recognition.without.contains(where: head.hasMember)
            && recognition.contains.allSatisfy { $0.contains(where: head.contains) }
            && (recognition.contains.isEmpty || hasEntry(mapping, head))
            && recognition.columns.allSatisfy { names.contains($0) }
    }

    /// Whether one of the first lines is an entry that a mapping of lines asks for: words that stand in a
    /// value are no sign of it.
    private static func hasEntry(_ mapping: Mapping, _ head: FileHead) -> Bool {
        let isByColumns = [.csv, .tsv, .words].contains(mapping.input) && !mapping.columns.isEmpty
        guard !mapping.conditions.isEmpty, isByColumns || mapping.input == .keyValue else { return true }
        return head.lines.prefix(256).contains { line in
            var line = String(line)
            let row = line.withUTF8 { bytes in
                let bytes = UnsafeRawBufferPointer(bytes)
                return switch mapping.input {
                case .keyValue: FieldLine.pairs(bytes).found
                case .words: MappedTable.row(mapping, mapping.columns, FieldLine.words(bytes))
                default:
                    MappedTable.row(
                        mapping,
                        mapping.columns,
                        FieldLine.separated(bytes, by: mapping.separator).fields
                    )
                }
            }
            return isWanted(.row(row), mapping)
        }
    }

    /// Whether a line has the columns of a mapping, and values as it says that they look.
    private static func fits(_ mapping: Mapping, _ line: Substring) -> Bool {
        var line = String(line)
        let fields = line.withUTF8 { bytes in
            mapping.input == .words
                ? FieldLine.words(UnsafeRawBufferPointer(bytes))
                : FieldLine.separated(UnsafeRawBufferPointer(bytes), by: mapping.separator).fields
        }
        guard fields.count == mapping.columns.count else { return false }
        let row = Dictionary(zip(mapping.columns, fields), uniquingKeysWith: { first, _ in first })
        // What stands for nothing looks like nothing, and a line of such values tells nothing.
        let told = mapping.recognition.shapes.filter { mapping.unset.contains(row[$0.column] ?? "") == false }
        return 2 * told.count > mapping.recognition.shapes.count
            && told.allSatisfy { $0.shape.fits(row[$0.column] ?? "") }
    }

    package func read(_ input: ImportInput) throws {
        switch mapping.input {
        case .json:
            try JSONEntries(run).read(input) { node, line in try self.read(node, line) }
        case .csv, .tsv: try MappedTable(mapping, run).read(input) { try self.read($0, $1) }
        case .words:
            try input.lines(run) { line, number in
                let fields = FieldLine.words(line)
                guard self.mapping.width?.takes(fields, self.mapping) != false else {
                    return self.run.skip(FieldWidth.fault, line: number)
                }
                try self.read(MappedTable.row(self.mapping, self.mapping.columns, fields), number)
            }
        case .keyValue: try input.lines(run, readPairs)
        }
    }

    private func readPairs(_ line: UnsafeRawBufferPointer, _ number: Int) throws {
        let (pairs, twice, isOpen) = FieldLine.pairs(line)
        guard !pairs.isEmpty else { return run.skip("no name=value in it", line: number) }
        let row = pairs.filter { !isUnset($0.value) }
        if isWanted(.row(row)) {
            // Half of a line and the next one behind it would be one entry with the values of two.
            guard !twice.contains(where: { places.contains($0.name) && $0.value != pairs[$0.name] }) else {
                return run.skip("a name that stands twice: two entries on one line", line: number)
            }
            guard !isOpen else { return run.skip("a quote that is not closed", line: number) }
        }
        if !twice.isEmpty { run.remark(Self.twice, count: twice.count, line: number) }
        try read(row, number)
    }

    private func isUnset(_ text: String) -> Bool { text.isEmpty || mapping.unset.contains(text) }

    /// What is said of a name that stands twice where one is meant.
    static let twice = "a name that stands twice, of which the first counts"

    private func read(_ row: [String: String], _ line: Int) throws {
        try take(ForeignEntry.row(row), line)
    }

    // MARK: JSON

    private func read(_ node: JSONNode, _ line: Int) throws {
        guard node.isObject else { return run.skip("a value that is no object", line: line) }
        if node.hasTwice() { run.remark(Self.twice, line: line) }
        let outer = ForeignEntry.json([node])
        guard !mapping.each.isEmpty else { return try take(outer, line) }
        for path in mapping.each {
            var contexts: [[JSONNode]] = []
            // A dot is the entry itself.
            if path == "." { contexts = [[node]] } else { Self.expand([node], path[...], into: &contexts) }
            guard !contexts.isEmpty else { continue }
            let entries = contexts.map(ForeignEntry.json)
            let wanted = entries.filter(isWanted)
            for entry in wanted { try emit(entry, line) }
            if wanted.isEmpty { try pass(entries, line) }
            if contexts.count >= Self.mostElements {
                run.lose("elements beyond 100,000 of one entry", line: line)
            }
            return
        }
        // Lists that are there and have nothing in them.
        let isKnown = mapping.each.contains { path in
            path.hasPrefix("*") || path == "." || node[String(path.prefix { $0 != "." })] != nil
        }
        if isKnown {
            run.pass()
        } else {
            run.skip("an entry of another kind: nothing that each names", line: line)
        }
    }

    private static let mostElements = 100_000

    /// Follows a path through objects and arrays; what lies on the way stays at hand.
    private static func expand(_ context: [JSONNode], _ path: Substring, into found: inout [[JSONNode]]) {
        guard found.count < mostElements, let node = context.last else { return }
        if node.isArray {
            // The array itself is left out, as is an object below: what its other elements have is no
            // business of this one, and would be looked through for each.
            for part in node.parts { expand(context.dropLast() + [part], path, into: &found) }
            return
        }
        guard node.isObject else { return }
        guard !path.isEmpty else { return found.append(context) }
        if path == "*" || path.hasPrefix("*.") {
            for part in node.parts {
                expand(context.dropLast() + [part], path.dropFirst(2), into: &found)
            }
            return
        }
        if let direct = node[String(path)] {
            return expand(context + [direct], "", into: &found)
        }
        guard let dot = path.utf8.firstIndex(of: 0x2e), let inner = node[String(path[..<dot])] else { return }
        expand(context + [inner], path[path.index(after: dot)...], into: &found)
    }

    // MARK: both

    private func take(_ entry: ForeignEntry, _ line: Int) throws {
        if isWanted(entry) { try emit(entry, line) } else { try pass([entry], line) }
    }

    /// Counts an entry that the conditions leave out: one of these programs' others, or somebody else's.
    private func pass(_ entries: [ForeignEntry], _ line: Int) throws {
        let isKnown = entries.contains { entry in
            mapping.conditions.contains { !entry.values($0.path).isEmpty }
        }
        if isKnown {
            run.pass()
        } else {
            run.skip("an entry of another kind: nothing that when names", line: line)
        }
    }

    private func isWanted(_ entry: ForeignEntry) -> Bool { Self.isWanted(entry, mapping) }

    static func isWanted(_ entry: ForeignEntry, _ mapping: Mapping) -> Bool {
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
            guard made.draft.hasEndpoint else {
                return run.skip("neither an endpoint nor a certificate", line: line)
            }
            return made.remarks.isEmpty
                ? run.pass() : run.skip("an endpoint of which nothing can be read", line: line)
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
