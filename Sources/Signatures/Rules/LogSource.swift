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
            let parts = [product, category, try node["service"]?.string()].compactMap(\.self)
            let hint = parts.compactMap(Self.hint).joined()
            throw node.error(
                "not our log source: product \(Self.product), category \(Self.category)\(hint)"
            )
        }
    }

    /// A part that is no name of ours, with what it is like.
    private static func hint(_ text: String) -> String? {
        if text == product || text == category { return nil }
        return (near(text) ?? knownElsewhere(like: text)).map { "; is '\(text)' \($0)?" }
    }

    /// The name of ours that a text is meant for: it is like it, or holds it.
    static func near(_ text: String) -> String? {
        [product, category].first { name in
            text == name || Spelling.nearest(to: text, among: [name]) != nil
                || text.lowercased().contains(name)
        }
    }

    /// The part of a log source of Sigma's that a text is like and is not.
    static func knownElsewhere(like text: String) -> String? {
        let text = text.lowercased()
        return elsewhere.contains(text) ? nil : Spelling.nearest(to: text, among: elsewhere)
    }

    /// Categories, products and services that rules of others most often name.
    private static let elsewhere = [
        "webserver", "proxy", "firewall", "dns", "antivirus", "database", "application", "network_connection",
        "network_traffic", "dns_query", "process_creation", "process_access", "process_termination",
        "process_tampering", "file_event", "file_access", "file_change", "file_delete", "file_rename",
        "image_load", "registry_set", "registry_add", "registry_delete", "registry_event", "registry_rename",
        "driver_load", "pipe_created", "ps_script", "ps_module", "wmi_event", "windows", "linux",
        "macos", "aws", "azure", "gcp", "m365", "okta", "github", "zeek", "cisco", "fortinet", "paloalto",
        "apache", "nginx", "kubernetes", "sysmon", "security", "system", "powershell", "cloudtrail", "auditd",
        "sshd", "sudo", "syslog", "auth", "audit", "iis", "suricata", "snort",
    ]

    /// Whether a filter of this log source is meant for a rule of the other: all parts that it names are the
    /// same there.
    func contains(_ other: LogSource) -> Bool {
        (product == nil || product == other.product) && (category == nil || category == other.category)
    }
}
