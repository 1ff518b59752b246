import YAML

/// How a correlation lies in the cache: without its examples, and without the text that it was read from.
extension CacheWriter {
    mutating func put(_ rule: CorrelationRule) {
        put(rule.node.file)
        put(rule.node.line)
        put(rule.node.column)
        put(rule.title)
        for text in [rule.id, rule.name, rule.text] { put(text) }
        put(rule.references)
        put(rule.level.rawValue)
        put(rule.kind.rawValue)
        put(rule.rules)
        put(rule.groupBy)
        put(rule.timespan)
        put(rule.span)
        put(rule.bounds) { writer, bound in
            writer.put(bound.0.rawValue)
            writer.put(bound.1)
        }
        put(rule.field)
    }
}

extension CacheReader {
    mutating func correlation() throws(Broken) -> CorrelationRule {
        let node = YAMLNode(.mapping([]), file: try text(), line: try integer(), column: try integer())
        return CorrelationRule(
            title: try text(),
            id: try optionalText(),
            name: try optionalText(),
            text: try optionalText(),
            references: try texts(),
            level: try name(Level.self),
            kind: try name(CorrelationRule.Kind.self),
            rules: try texts(),
            groupBy: try texts(),
            timespan: try number(),
            span: try text(),
            bounds: try list { reader throws(Broken) in
                (try reader.name(CorrelationRule.Bound.self), try reader.integer())
            },
            field: try optionalText(),
            node: node
        )
    }
}
