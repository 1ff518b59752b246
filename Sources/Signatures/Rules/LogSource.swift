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
            throw node.error("not our log source: product \(Self.product), category \(Self.category)")
        }
    }

    /// Whether a filter of this log source is meant for a rule of the other: all parts that it names are the
    /// same there.
    func contains(_ other: LogSource) -> Bool {
        (product == nil || product == other.product) && (category == nil || category == other.category)
    }
}
