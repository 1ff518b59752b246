import Terminal
import YAML

/// The log source of a rule or filter: ours, with all of its parts or some.
struct LogSource: Sendable {
    static let product = "hallmark"
    static let category = "tls_observation"

    let product: String?
    let category: String?

    init(product: String?, category: String?) {
        self.product = product
        self.category = category
    }

    init(_ node: YAMLNode) throws(YAMLError) {
        try node.allow(["category", "product", "service", "definition"])
        product = try node["product"]?.string()
        category = try node["category"]?.string()
        guard product ?? Self.product == Self.product, category ?? Self.category == Self.category,
            product != nil || category != nil, node["service"] == nil
        else {
            let hint = Self.hint(product, Self.product) + Self.hint(category, Self.category)
            throw node.error(
                "not our log source: product \(Self.product), category \(Self.category)\(hint)"
            )
        }
    }

    private static func hint(_ text: String?, _ name: String) -> String {
        guard let text, text != name, isNear(text, name) else { return "" }
        return "; is '\(text)' \(name)?"
    }

    /// Whether a text is meant for a name of ours: it is like it, or holds it.
    static func isNear(_ text: String, _ name: String) -> Bool {
        text == name || Spelling.nearest(to: text, among: [name]) != nil || text.lowercased().contains(name)
    }

    /// Whether a filter of this log source is meant for a rule of the other: all parts that it names are the
    /// same there.
    func contains(_ other: LogSource) -> Bool {
        (product == nil || product == other.product) && (category == nil || category == other.category)
    }
}
