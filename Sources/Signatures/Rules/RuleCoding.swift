import Observations
import YAML

/// How a rule lies in the cache: without its examples, and without the text that it was read from.
extension CacheWriter {
    mutating func put(_ rule: SigmaRule) {
        put(rule.title)
        for text in [rule.id, rule.name, rule.status, rule.text] { put(text) }
        put(rule.references)
        for text in [rule.author, rule.date, rule.modified] { put(text) }
        put(rule.tags)
        put(rule.falsePositives)
        put(rule.level.rawValue)
        put(rule.logSource.product)
        put(rule.logSource.category)
        put(rule.hallmark)
        put(rule.kinds.sorted()) { $0.put($1.rawValue) }
        put(rule.condition)
        put(rule.node.line)
        put(rule.node.column)
        put(rule.isOwn)
    }

    private mutating func put(_ block: HallmarkBlock) {
        switch block.subject {
        case .software(let list):
            put(0)
            put(list) { $0.put($1) }
        case .benign(let benign):
            put(1)
            put(benign.name)
            put(benign.lookalikeOf)
            put(benign.isOfAny)
            put(benign.lowers)
        case .trait: put(2)
        }
        put(block.specificity.rawValue)
        put(block.isDualUse)
        put(block.expires)
        put(block.since)
        put(block.until)
        put(block.sharesGenerator)
        put(block.requests) { $0.put($1) }
        put(block.overlaps)
    }

    mutating func put(_ software: Software) {
        put(software.name)
        put(software.id)
    }

    mutating func put(_ request: RuleRequest) {
        put(request.method)
        put(request.path)
        put(request.body)
        put(request.headers.sorted { $0.key < $1.key }) { writer, header in
            writer.put(header.key)
            writer.put(header.value)
        }
    }
}

extension CacheReader {
    /// - Parameters:
    ///   - file: where the rule stands.
    ///   - family: the library's folder that the file lies in.
    mutating func rule(file: String, family: String) throws(Broken) -> SigmaRule {
        SigmaRule(
            title: try text(),
            id: try optionalText(),
            name: try optionalText(),
            status: try optionalText(),
            text: try optionalText(),
            references: try texts(),
            author: try optionalText(),
            date: try optionalText(),
            modified: try optionalText(),
            tags: try texts(),
            falsePositives: try texts(),
            level: try name(Level.self),
            family: family,
            logSource: LogSource(product: try optionalText(), category: try optionalText()),
            hallmark: try block(),
            kinds: Set(try list { reader throws(Broken) in try reader.name(EvidenceKind.self) }),
            condition: try condition(),
            node: YAMLNode(.mapping([]), file: file, line: try integer(), column: try integer()),
            isOwn: try flag()
        )
    }

    private mutating func block() throws(Broken) -> HallmarkBlock {
        HallmarkBlock(
            subject: try subject(),
            specificity: try name(Specificity.self),
            isDualUse: try flag(),
            expires: try optionalNumber(),
            since: try optionalText(),
            until: try optionalText(),
            sharesGenerator: try texts(),
            requests: try list { reader throws(Broken) in try reader.request() },
            overlaps: try texts()
        )
    }

    private mutating func subject() throws(Broken) -> HallmarkBlock.Subject {
        switch try number() {
        case 0:
            return .software(try list { reader throws(Broken) in try reader.software() })
        case 1:
            return .benign(
                Benign(
                    name: try text(),
                    lookalikeOf: try texts(),
                    isOfAny: try flag(),
                    lowers: try flag()
                )
            )
        case 2: return .trait
        default: throw Broken()
        }
    }

    mutating func software() throws(Broken) -> Software {
        Software(name: try text(), id: try optionalText())
    }

    mutating func request() throws(Broken) -> RuleRequest {
        let method = try text()
        let path = try text()
        let body = try optionalText()
        var headers: [String: String] = [:]
        for _ in 0..<(try count()) { headers[try text()] = try text() }
        return RuleRequest(method: method, path: path, headers: headers, body: body)
    }
}
