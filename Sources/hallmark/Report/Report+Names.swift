import Terminal

/// Where the names of the certificate point, and where they pointed before.
extension Report {
    /// Names that a row has at most.
    private static let mostNames = 6

    func addNames(_ names: RecordView, _ context: RecordView, to text: inout ReportText) {
        switch names["points"] {
        case "here": text.row("names", "point here: \(Self.some(names.texts("here")))", .good)
        case "elsewhere":
            let places = names["addresses"] ?? "other addresses"
            text.row(
                "names",
                "none points here, they point to \(places): \(Self.meaning(of: context))",
                .warning
            )
        case "nowhere":
            let meaning =
                context["passive_dns.points"] == "here"
                ? "it had one, and pointed here before: speaks for a name that was given up"
                : "speaks for a made-up certificate"
            text.row("names", "none has an address: \(meaning)", .warning)
        default: text.row("names", untold(names))
        }
        let confirmed = Set(names.texts("reverse_confirmed"))
        let reverse = names.texts("reverse").map { confirmed.contains($0) ? "\($0) (points back)" : $0 }
        if !reverse.isEmpty {
            text.row("reverse", reverse.joined(separator: ", "))
        } else if names["state"] == "complete" {
            text.row("reverse", "none: the address has no name")
        }
        if let domain = names["caa.domain"], names.object("caa")?["agrees"] != nil,
            !names.isTrue("caa.agrees")
        {
            let issuers = names["caa.issuers"] ?? "nobody"
            text.row("CAA", "\(domain) lets \(issuers) issue, now: the issuer is another", .warning)
        }
    }

    /// What it speaks for that no name points here.
    private static func meaning(of context: RecordView) -> String {
        switch context["passive_dns.points"] {
        case "here":
            return
                "one pointed here before, which speaks for a name that moved and left its certificate behind"
        case "elsewhere": return "nor did one before, as far as is known: speaks for a copied certificate"
        default: break
        }
        if context["hosting.kind"] == "cdn" {
            return "in a CDN that says little, for it serves names from more addresses than they show"
        }
        return "speaks for a copied certificate"
    }

    /// What is known of names that don't tell whether one of them points here, and what is not.
    private func untold(_ names: RecordView) -> String? {
        var parts: [String] = []
        let elsewhere = names.texts("elsewhere")
        if !elsewhere.isEmpty {
            let verb = elsewhere.count == 1 ? "points" : "point"
            let places = names["addresses"] ?? "other addresses"
            parts.append("\(Self.some(elsewhere)) \(verb) to \(places), not here")
        }
        let nowhere = names.texts("nowhere")
        if !nowhere.isEmpty {
            parts.append("\(Self.some(nowhere)) \(nowhere.count == 1 ? "has" : "have") no address")
        }
        let open = names.texts("open")
        if !open.isEmpty { parts.append("names below \(Self.some(open)) may stand anywhere") }
        let unanswered = names.texts("unanswered")
        if !unanswered.isEmpty {
            let isSilent = names["state"] == "not_asked"
            let why = isSilent ? "no name server answers, or there was no time" : "no whole answer"
            parts.append("not known of \(Self.some(unanswered)): \(why)")
        }
        if let more = names.number("more"), more > 0 {
            parts.append("\(counted(more, "other name")) \(more == 1 ? "was" : "were") not asked for")
        }
        if !parts.isEmpty {
            return "it can't be told whether one points here: \(parts.joined(separator: "; "))"
        }
        if names["state"] == "not_asked" {
            return "not looked up: no name server answers, or there was no time"
        }
        return record["tls.server.hash.sha256"] == nil
            ? nil : "the certificate has none that can be asked for"
    }

    private static func some(_ names: [String]) -> String {
        let more = names.count > mostNames ? " and \(names.count - mostNames) more" : ""
        return names.prefix(mostNames).joined(separator: ", ") + more
    }

    func addPastNames(_ past: RecordView, to text: inout ReportText) {
        for name in past.objects("names").prefix(4) {
            let when = [name["first_seen"], name["last_seen"]].compactMap { $0?.prefix(10) }
            let own = name.isTrue("of_certificate") ? ", the certificate is for it" : ""
            let aliases = name.texts("by_way_of")
            let via = aliases.isEmpty ? "" : " by way of \(aliases.joined(separator: ", "))"
            text.row(
                "pointed here",
                "\(name["name"] ?? "")\(via), \(when.joined(separator: " to "))\(own)",
                name.isTrue("of_certificate") ? .good : .plain
            )
        }
        let more = max(0, past.objects("names").count - 4) + (past.number("more") ?? 0)
        if more > 0 { text.row("pointed here", "and \(counted(more, "other name"))") }
        if past["points"] == "elsewhere" {
            text.row(
                "pointed",
                "the certificate's names are known to have pointed to \(past["addresses"] ?? "others"), and never here",
                .warning
            )
        }
    }
}
