import Bytes
import Observations
import YAML

/// Reads one line of a search: `field|modifier|…: value` or a list of values.
enum DetectionItem {
    static func read(_ entry: YAMLNode.Entry) throws(YAMLError) -> Expression {
        let parts = entry.name.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        let field = parts[0]
        guard !field.isEmpty else {
            throw entry.key.error("keyword searches are not supported: name a field")
        }
        guard let kind = FieldCatalog.kind(of: field) else {
            throw entry.key.error(FieldCatalog.unknown(field))
        }
        let modifiers = try Modifiers(parts.dropFirst(), at: entry.key)
        let nodes = entry.value.elements ?? [entry.value]
        guard !nodes.isEmpty else { throw entry.value.error("an empty list of values") }
        if kind == .map { throw entry.key.error("\(field) has no value of its own: name one of its members") }
        let values = try nodes.map { node throws(YAMLError) in
            try value(node, ItemReader(field: field, kind: kind, modifiers: modifiers, node: node))
        }
        let joined: Expression = modifiers.all ? .all(values) : .any(values)
        return modifiers.negated ? .not(joined) : joined
    }

    private static func value(_ node: YAMLNode, _ reader: ItemReader) throws(YAMLError) -> Expression {
        guard node.text != nil else { throw node.error("expected a value or a list of values") }
        return try reader.read()
    }
}

/// Turns one value, with its field's kind and modifiers, into a test.
private struct ItemReader {
    let field: String
    let kind: Field.Kind
    let modifiers: Modifiers
    let node: YAMLNode

    func read() throws(YAMLError) -> Expression {
        if modifiers.exists {
            let exists = Expression.test(FieldTest(field: field, predicate: .exists))
            return try node.boolean() ? exists : .not(exists)
        }
        if node.isNull {
            guard modifiers.isPlain else { throw node.error("null takes no modifier") }
            return .not(.test(FieldTest(field: field, predicate: .exists)))
        }
        guard kind != .pairs, kind != .objects else {
            throw node.error("\(field) can only be tested with exists")
        }
        return try .any(predicates().map { .test(FieldTest(field: field, predicate: $0)) })
    }

    private func predicates() throws(YAMLError) -> [Predicate] {
        let text = try textValue()
        if modifiers.isRegex { return [try regex(text)] }
        if modifiers.isFieldReference { return [try fieldReference(text)] }
        if modifiers.isNetwork {
            guard kind == .ip || kind == .keyword else { throw node.error("cidr is for addresses") }
            guard let network = Network(text) else { throw node.error("no network: \(text)") }
            return [.network(network)]
        }
        if let part = modifiers.part {
            guard kind == .date else { throw node.error("\(part.rawValue) is for dates") }
            return [.part(part, modifiers.comparison ?? .equal, Int64(try node.integer()))]
        }
        if let comparison = modifiers.comparison {
            return [.compare(comparison, try number(text))]
        }
        return try texts(text).map { one throws(YAMLError) in try plain(one) }
    }

    private func textValue() throws(YAMLError) -> String {
        guard let text = node.text else { throw node.error("expected a value") }
        return text
    }

    private func number(_ text: String) throws(YAMLError) -> Int64 {
        switch kind {
        case .long:
            guard let number = Int64(text) else { throw node.error("expected an integer") }
            return number
        case .date:
            guard let time = SigmaDate.milliseconds(text.utf8) else {
                throw node.error("expected a time (RFC 3339) or a date")
            }
            return time
        default: throw node.error("\(field) is neither a number nor a date")
        }
    }

    /// A value without comparison: the field's kind says what may stand there.
    private func plain(_ text: SigmaText) throws(YAMLError) -> Predicate {
        let isPattern = text.hasWildcard || modifiers.mode != .whole
        let source = try textValue()
        if !isPattern && kind == .long {
            guard let number = Int64(source) else { throw node.error("\(field) holds integers") }
            return .text(SigmaText(literal: Array("\(number)".utf8)), cased: false)
        }
        if kind == .boolean {
            guard !isPattern, source == "true" || source == "false" else {
                throw node.error("\(field) is true or false")
            }
        }
        if !isPattern && kind == .date { return .compare(.equal, try number(source)) }
        return .text(text, cased: modifiers.cased)
    }

    /// Each wildcard makes the patterns longer to compile.
    private static let maximumParts = 64

    /// The value after the encoding modifiers; `base64offset` makes three of one.
    private func texts(_ source: String) throws(YAMLError) -> [SigmaText] {
        let text = SigmaText(source)
        guard text.parts.count <= Self.maximumParts else {
            throw node.error("a value has at most \(Self.maximumParts / 2) wildcards")
        }
        let mode = modifiers.mode
        func open(_ text: SigmaText) -> SigmaText {
            text.open(start: mode == .contains || mode == .end, end: mode == .contains || mode == .start)
        }
        guard modifiers.encoding != nil || modifiers.base64 != nil else { return [open(text)] }
        guard let literal = text.literal else { throw node.error("no wildcards in a value that is encoded") }
        var bytes = literal
        if let encoding = modifiers.encoding {
            guard bytes.allSatisfy({ $0 < 0x80 }) else { throw node.error("only ASCII can be widened") }
            bytes = encoding.encode(bytes, raw: modifiers.base64 != nil)
        }
        switch modifiers.base64 {
        case nil: return [open(SigmaText(literal: bytes))]
        case .whole: return [open(SigmaText(literal: base64(bytes)))]
        case .offsets:
            return (0..<3).map { offset in
                // The digits that depend on what stands before and after are cut off.
                let digits = base64([UInt8](repeating: 0x20, count: offset) + bytes)
                let end = [0, 3, 2][(bytes.count + offset) % 3]
                return open(SigmaText(literal: Array(digits.dropFirst([0, 2, 3][offset]).dropLast(end))))
            }
        }
    }

    private func regex(_ text: String) throws(YAMLError) -> Predicate {
        if let problem = RegexCheck.problem(text, modifiers.regexFlags) {
            throw node.error("regular expression not supported: \(problem)")
        }
        return .expression(text, modifiers.regexFlags)
    }

    private func fieldReference(_ other: String) throws(YAMLError) -> Predicate {
        switch FieldCatalog.kind(of: other) {
        case nil: throw node.error(FieldCatalog.unknown(other))
        case .pairs, .map, .objects: throw node.error("\(other) has no value to compare with")
        default: return .fieldReference(other, modifiers.mode, cased: modifiers.cased)
        }
    }
}

private func base64(_ bytes: [UInt8]) -> [UInt8] {
    var buffer = ByteBuffer()
    buffer.append(base64: bytes.span)
    return buffer.withSpan { span in span.indices.map { span[$0] } }
}
