import Wire
import Foundation

@testable import Signatures

/// Sigma evaluated as plainly as can be: over Foundation's JSON, one test after another.
struct NaiveEvaluator {
    /// By exchange: field name to values as text.
    private var exchanges: [[String: [String]]]

    init(_ line: String) throws {
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
        var shared: [String: [String]] = [:]
        Self.flatten(object, "", into: &shared)
        var lists: [[String: [String]]] = [shared]
        let further = ((object["hallmark"] as? [String: Any])?["http"] as? [[String: Any]]) ?? []
        for exchange in further {
            var fields = shared.filter { !$0.key.hasPrefix("http.") && !$0.key.hasPrefix("url.") }
            Self.flatten(exchange, "", into: &fields)
            lists.append(fields)
        }
        exchanges = lists
    }

    /// All fields of a line with all of their values, whatever exchange they belong to.
    static func fields(of line: String) throws -> [String: [String]] {
        let evaluator = try NaiveEvaluator(line)
        return evaluator.exchanges.reduce(into: [:]) { $0.merge($1) { $0 + $1 } }
    }

    private static func flatten(_ value: Any, _ path: String, into fields: inout [String: [String]]) {
        switch value {
        case let object as [String: Any]:
            for (key, value) in object {
                flatten(value, path.isEmpty ? key : path + "." + key, into: &fields)
            }
        case let array as [Any]:
            for value in array { flatten(value, path, into: &fields) }
        case let text as String: fields[path, default: []].append(text)
        case let number as NSNumber: fields[path, default: []].append(number.stringValue)
        default: break
        }
    }

    func matches(_ condition: Signatures.Expression) -> Bool {
        exchanges.contains { holds(condition, $0) }
    }

    private func holds(_ condition: Signatures.Expression, _ fields: [String: [String]]) -> Bool {
        switch condition {
        case .not(let inner): !holds(inner, fields)
        case .and(let parts): parts.allSatisfy { holds($0, fields) }
        case .or(let parts): parts.contains { holds($0, fields) }
        case .test(let test): (fields[test.field] ?? []).contains { holds(test.predicate, $0, fields) }
        }
    }

    private func holds(_ predicate: Signatures.Predicate, _ value: String, _ fields: [String: [String]])
        -> Bool
    {
        switch predicate {
        case .exists: return true
        case .text(let text, let cased): return Glob(text, cased: cased).matches(Array(value.utf8))
        case .expression(let pattern, let flags):
            var options: NSRegularExpression.Options = []
            if flags.contains(.caseless) { options.insert(.caseInsensitive) }
            if flags.contains(.multiline) { options.insert(.anchorsMatchLines) }
            if flags.contains(.dotAll) { options.insert(.dotMatchesLineSeparators) }
            let expression = try? NSRegularExpression(pattern: pattern, options: options)
            let range = NSRange(value.startIndex..., in: value)
            return expression?.firstMatch(in: value, range: range) != nil
        case .compare(let comparison, let limit):
            return Int64(value).map { comparison.holds($0, limit) } ?? false
        case .network(let network): return IPAddress(value).map(network.contains) ?? false
        case .part: return false
        case .fieldReference(let other, let mode, let cased):
            let left = cased ? value : value.lowercased()
            return (fields[other] ?? []).contains { other in
                let right = cased ? other : other.lowercased()
                return switch mode {
                case .whole: left == right
                case .contains: right.isEmpty || left.contains(right)
                case .start: left.hasPrefix(right)
                case .end: left.hasSuffix(right)
                }
            }
        }
    }
}
