/// One test of one field, the leaf of a condition.
struct FieldTest: Hashable, Sendable {
    let field: String
    let predicate: Predicate
}

/// What a test asks of a value; of an array, that any element answers it.
enum Predicate: Hashable, Sendable {
    /// The whole value, wildcards aside.
    case text(SigmaText, cased: Bool)
    /// A regular expression, found anywhere in the value.
    case expression(String, RegexFlags)
    case compare(Comparison, Int64)
    /// A part of a date.
    case part(DatePart, Comparison, Int64)
    case network(Network)
    case exists
    case fieldReference(String, TextMode, cased: Bool)
}

enum Comparison: String, Sendable {
    case equal = "="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    func holds(_ left: Int64, _ right: Int64) -> Bool {
        switch self {
        case .equal: left == right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        }
    }
}

enum TextMode: String, Sendable {
    case whole, contains, start, end
}

enum DatePart: String, CaseIterable, Sendable {
    case minute, hour, day, week, month, year
}

struct RegexFlags: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    static let caseless = RegexFlags(rawValue: 1)
    static let multiline = RegexFlags(rawValue: 2)
    static let dotAll = RegexFlags(rawValue: 4)
}

/// A condition over tests.
indirect enum Expression: Hashable, Sendable {
    case test(FieldTest)
    case not(Expression)
    case and([Expression])
    case or([Expression])

    /// All of them, without a needless level.
    static func all(_ parts: [Expression]) -> Expression {
        parts.count == 1 ? parts[0] : .and(parts)
    }

    /// Any of them, without a needless level.
    static func any(_ parts: [Expression]) -> Expression {
        parts.count == 1 ? parts[0] : .or(parts)
    }

    /// Every test, those under a `not` as well.
    var tests: [FieldTest] {
        switch self {
        case .test(let test): [test]
        case .not(let inner): inner.tests
        case .and(let parts), .or(let parts): parts.flatMap(\.tests)
        }
    }

    /// The tests that can speak for a match: those not under a `not`.
    var positiveTests: [FieldTest] { positive(true) }

    private func positive(_ sign: Bool) -> [FieldTest] {
        switch self {
        case .test(let test): sign ? [test] : []
        case .not(let inner): inner.positive(!sign)
        case .and(let parts), .or(let parts): parts.flatMap { $0.positive(sign) }
        }
    }
}
