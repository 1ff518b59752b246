import Synchronization
import YAML

/// The rules of a set: as they were read, or out of the cache, where each is decoded when it is first asked
/// for.
///
/// Most runs match few rules, and ask for the texts of no others.
final class RuleStore: Sendable {
    private final class Box: Sendable {
        let rule: SigmaRule

        init(_ rule: SigmaRule) { self.rule = rule }
    }

    let count: Int
    /// The rules as they were read; nil when they are out of the cache.
    private let read: [SigmaRule]?
    private let bytes: [UInt8]
    /// By rule: where it lies in the bytes.
    private let ranges: [Range<Int>]
    /// By rule, once it was asked for.
    private let decoded: Mutex<[Box?]>

    init(_ rules: [SigmaRule]) {
        count = rules.count
        read = rules
        bytes = []
        ranges = []
        decoded = Mutex([])
    }

    /// - Parameters:
    ///   - bytes: the cache's.
    ///   - ranges: where in them each rule lies.
    fileprivate init(_ bytes: [UInt8], _ ranges: [Range<Int>]) {
        count = ranges.count
        read = nil
        self.bytes = bytes
        self.ranges = ranges
        decoded = Mutex([Box?](repeating: nil, count: ranges.count))
    }

    subscript(index: Int) -> SigmaRule {
        if let read { return read[index] }
        return box(index).rule
    }

    var all: [SigmaRule] { read ?? (0..<count).map { box($0).rule } }

    private func box(_ index: Int) -> Box {
        decoded.withLock { decoded in
            if let box = decoded[index] { return box }
            let box = Box(decode(ranges[index]))
            decoded[index] = box
            return box
        }
    }

    /// What lies in a range; a rule that says so when it can't be read, which the digest over the bytes rules
    /// out.
    private func decode(_ range: Range<Int>) -> SigmaRule {
        do throws(CacheReader.Broken) {
            var reader = CacheReader(bytes, range)
            return try reader.rule(file: try reader.text(), family: try reader.text())
        } catch {
            return SigmaRule.unreadable
        }
    }
}

extension CacheWriter {
    mutating func put(_ rules: RuleStore) {
        put(rules.all) { writer, rule in
            var content = CacheWriter()
            content.put(rule.file)
            content.put(rule.family)
            content.put(rule)
            writer.put(content.bytes)
        }
    }
}

extension CacheReader {
    mutating func rules() throws(Broken) -> RuleStore {
        let ranges = try list { reader throws(Broken) in try reader.range() }
        return RuleStore(bytes, ranges)
    }
}

extension SigmaRule {
    fileprivate static var unreadable: SigmaRule {
        SigmaRule(
            title: "a rule that could not be read from the cache",
            id: nil,
            name: nil,
            status: nil,
            text: nil,
            references: [],
            author: nil,
            date: nil,
            modified: nil,
            tags: [],
            falsePositives: [],
            level: .informational,
            family: "",
            logSource: LogSource(product: nil, category: nil),
            hallmark: HallmarkBlock(subject: .trait, specificity: .weak),
            kinds: [],
            condition: .or([]),
            node: YAMLNode(.mapping([]), file: "", line: 1, column: 1)
        )
    }
}
