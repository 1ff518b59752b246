/// How a condition lies in the cache: a tag, then what the case holds.
extension CacheWriter {
    mutating func put(_ expression: Expression) {
        switch expression {
        case .test(let test):
            put(0)
            put(test.field)
            put(test.predicate)
        case .not(let inner):
            put(1)
            put(inner)
        case .and(let parts):
            put(2)
            put(parts) { $0.put($1) }
        case .or(let parts):
            put(3)
            put(parts) { $0.put($1) }
        }
    }

    mutating func put(_ predicate: Predicate) {
        switch predicate {
        case .text(let text, let cased):
            put(0)
            put(text.parts) { writer, part in
                switch part {
                case .any: writer.put(0)
                case .one: writer.put(1)
                case .literal(let bytes):
                    writer.put(2)
                    writer.put(bytes)
                }
            }
            put(cased)
        case .expression(let text, let flags):
            put(1)
            put(text)
            put(Int(flags.rawValue))
        case .compare(let comparison, let number):
            put(2)
            put(comparison.rawValue)
            put(number)
        case .part(let part, let comparison, let number):
            put(3)
            put(part.rawValue)
            put(comparison.rawValue)
            put(number)
        case .network(let network):
            put(4)
            put(network.description)
        case .exists:
            put(5)
        case .fieldReference(let field, let mode, let cased):
            put(6)
            put(field)
            put(mode.rawValue)
            put(cased)
        }
    }
}

extension CacheReader {
    /// Deeper ones are not written by any rule that was read.
    private static let maximumDepth = 512

    mutating func condition(depth: Int = 0) throws(Broken) -> Expression {
        guard depth < Self.maximumDepth else { throw Broken() }
        func parts(_ reader: inout CacheReader) throws(Broken) -> [Expression] {
            try reader.list { reader throws(Broken) in try reader.condition(depth: depth + 1) }
        }
        switch try number() {
        case 0: return .test(FieldTest(field: try text(), predicate: try predicate()))
        case 1: return .not(try condition(depth: depth + 1))
        case 2: return .and(try parts(&self))
        case 3: return .or(try parts(&self))
        default: throw Broken()
        }
    }

    mutating func predicate() throws(Broken) -> Predicate {
        switch try number() {
        case 0:
            let parts = try list { reader throws(Broken) -> SigmaText.Part in
                switch try reader.number() {
                case 0: .any
                case 1: .one
                case 2: .literal(try reader.blob())
                default: throw Broken()
                }
            }
            return .text(SigmaText(parts: parts), cased: try flag())
        case 1:
            return .expression(try text(), RegexFlags(rawValue: UInt8(truncatingIfNeeded: try number())))
        case 2: return .compare(try name(Comparison.self), try number())
        case 3: return .part(try name(DatePart.self), try name(Comparison.self), try number())
        case 4:
            guard let network = Network(try text()) else { throw Broken() }
            return .network(network)
        case 5: return .exists
        case 6: return .fieldReference(try text(), try name(TextMode.self), cased: try flag())
        default: throw Broken()
        }
    }
}
