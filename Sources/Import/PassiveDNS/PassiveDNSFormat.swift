/// The formats in which passive DNS is read.
package enum PassiveDNSFormat: String, CaseIterable, Sendable {
    /// The Common Output Format of passive DNS servers (draft-dulaunoy-dnsop-passive-dns-cof), a line for
    /// each record; Farsight's SAF, which wraps such lines, too.
    case commonOutput
    /// Zeek's dns.log, TSV or JSON.
    case zeek
    /// dnstap as text: YAML of `dnstap-read -y`, `dnstap -y` and `dnstap-ldns -y`, JSON of `dnstap -j`, and
    /// the messages of `dnstap-read -p`.
    case dnstap

    /// Tells by the first bytes; nil for what is no passive DNS.
    ///
    /// A log may begin within a line: where the first one tells nothing, those behind it do.
    package init?(_ head: FileHead) {
        guard let found = Self.tell(head) ?? head.withoutFirstLine.flatMap(Self.tell) else { return nil }
        self = found
    }

    /// What it is called in messages.
    package var title: String {
        switch self {
        case .commonOutput: "passive DNS in the Common Output Format"
        case .zeek: "Zeek's dns.log"
        case .dnstap: "dnstap's text"
        }
    }

    /// Whether lines of other logs stand between those of dns.log, as collectors write one stream of all.
    package static func isMixed(_ head: FileHead) -> Bool {
        guard head.isJSON, head.hasMember("_path") else { return false }
        return head.lines.contains { line in
            line.contains("\"_path\"") && !line.contains("\"_path\":\"dns\"")
                && !line.contains("\"_path\": \"dns\"")
        }
    }

    private static func tell(_ head: FileHead) -> PassiveDNSFormat? {
        if head.isJSON {
            if head.hasMembers("rrname", "rrtype") { return .commonOutput }
            if head.hasMembers("cond"), head.firstLine.contains("\"begin\"") { return .commonOutput }
            if head.hasMembers("message", "socket_protocol"), head.contains("\"MESSAGE\"") { return .dnstap }
            return isZeek(head) ? .zeek : nil
        }
        if head.first == 0x23 {
            let path = head.lines.prefix(32).first { $0.hasPrefix("#path") }
            return path?.dropFirst(5).drop { !$0.isLetter }.prefix { $0.isLetter } == "dns" ? .zeek : nil
        }
        let first = head.firstLine
        if first == "type: MESSAGE" || first == "---" && head.contains("\ntype: MESSAGE") { return .dnstap }
        return DNSTapLine(first) == nil ? nil : .dnstap
    }

    private static func isZeek(_ head: FileHead) -> Bool {
        guard head.hasMember("ts") || head.hasMember("_path") else { return false }
        return head.lines.contains { line in
            func has(_ name: String) -> Bool { line.contains("\"\(name)\"") }
            return has("query") && (has("qtype_name") || has("rcode_name") || has("answers"))
        }
    }
}
