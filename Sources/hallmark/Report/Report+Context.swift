import Terminal

/// What stands around the endpoint, and whether it speaks for a lead or against it.
extension Report {
    func addContext(to text: inout ReportText) {
        guard let context = record.object("hallmark.context") else { return }
        text.heading("Around it")
        if let names = context.object("names") { addNames(names, to: &text) }
        if let hosting = context.object("hosting") { addHosting(hosting, to: &text) }
        if let revocation = context.object("revocation") { addRevocation(revocation, to: &text) }
        if let scts = context.object("transparency") { addTransparency(scts, to: &text) }
        if let time = context.object("time") { addTime(time, to: &text) }
        if let past = context.object("passive_dns") { addPastNames(past, to: &text) }
    }

    private func addNames(_ names: RecordView, to text: inout ReportText) {
        switch names["points"] {
        case "here": text.row("names", "point here: \(names["here"] ?? "")", .good)
        case "elsewhere":
            let places = names["addresses"] ?? "other addresses"
            text.row(
                "names",
                "none points here, they point to \(places): speaks for a copied certificate",
                .warning
            )
        case "nowhere": text.row("names", "none has an address: speaks for a made-up certificate", .warning)
        default:
            if names["state"] == "not_asked" {
                text.row("names", "not looked up: no name server answers, or there was no time")
            } else if let open = names["open"] ?? names["unanswered"] {
                text.row("names", "it can't be told where they point: \(open)")
            }
        }
        let confirmed = Set(names.texts("reverse_confirmed"))
        let reverse = names.texts("reverse").map { confirmed.contains($0) ? "\($0) (points back)" : $0 }
        if !reverse.isEmpty { text.row("reverse", reverse.joined(separator: ", ")) }
        if let domain = names["caa.domain"], names.object("caa")?["agrees"] != nil,
            !names.isTrue("caa.agrees")
        {
            let issuers = names["caa.issuers"] ?? "nobody"
            text.row("CAA", "\(domain) lets \(issuers) issue, now: the issuer is another", .warning)
        }
    }

    private func addHosting(_ hosting: RecordView, to text: inout ReportText) {
        let network = [
            record["server.as.number"].map { "AS\($0)" }, record["server.as.organization.name"],
            record["server.geo.country_iso_code"],
        ]
        .compactMap(\.self).joined(separator: ", ")
        if !network.isEmpty { text.row("network", network) }
        let place = [hosting["provider"], hosting["service"], hosting["region"]].compactMap(\.self)
            .joined(separator: ", ")
        switch hosting["kind"] {
        case "cdn":
            text.row("hosting", "a CDN (\(place)): what answers is its front end, for many customers", .good)
        case "cloud": text.row("hosting", "a cloud\(place.isEmpty ? "" : " (\(place))")")
        case "consumer": text.row("hosting", "a consumer's line: few honest servers stand there", .warning)
        default: break
        }
    }

    private func addRevocation(_ revocation: RecordView, to text: inout ReportText) {
        switch revocation["status"] {
        case "revoked":
            let since = revocation["revoked_at"].map { " since \($0)" } ?? ""
            let reason = revocation["reason"].map { " (\($0))" } ?? ""
            text.row(
                "revoked",
                "yes\(since)\(reason): its issuer took it back, and it is still shown",
                .alarm
            )
        case "good": text.row("revoked", "no, says its issuer", .good)
        case let status?:
            let why = revocation["crl.error"].map { " (\($0))" } ?? ""
            text.row("revoked", "it can't be told: \(status)\(why)")
        case nil: break
        }
        if revocation["anomalies"] != nil {
            text.row("staple", "the certificate asks for one, and the server sent none", .warning)
        }
    }

    private func addTransparency(_ scts: RecordView, to text: inout ReportText) {
        let valid = scts.number("valid") ?? 0
        let anomalies = scts.texts("anomalies")
        if anomalies.isEmpty { return text.row("SCTs", "\(valid) that hold", valid > 0 ? .good : .plain) }
        let meanings = [
            "missing_sct": "none holds, and browsers refuse a public certificate without",
            "too_few_scts": "\(valid) that hold, fewer than browsers want of a public certificate",
            "invalid_sct": "one that its log did not sign",
            "unreadable_sct_list": "a list that can't be read",
        ]
        for anomaly in anomalies { text.row("SCTs", meanings[anomaly] ?? anomaly, .warning) }
    }

    private func addPastNames(_ past: RecordView, to text: inout ReportText) {
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

    private func addTime(_ time: RecordView, to text: inout ReportText) {
        guard let first = time["first_seen"] else { return }
        let age =
            time.number("age_when_first_seen").map { ", \($0 / 86_400) days after it became valid" } ?? ""
        text.row("first seen", first + age)
        if let issues = time.number("issues"), issues > 1 {
            let rhythm = time.number("rhythm").map { ", about every \($0 / 86_400) days" } ?? ""
            text.row("issued", "\(issues) certificates for its first name\(rhythm)")
        }
    }
}
