import Bytes
import Terminal

/// What stands around the endpoint, and whether it speaks for a lead or against it.
extension Report {
    func addContext(to text: inout ReportText) {
        guard let context = record.object("hallmark.context") else { return }
        text.heading("Around it")
        let before = text.text.utf8.count
        if let names = context.object("names") { addNames(names, context, to: &text) }
        if let hosting = context.object("hosting") { addHosting(hosting, to: &text) }
        if let revocation = context.object("revocation") { addRevocation(revocation, to: &text) }
        if let scts = context.object("transparency") { addTransparency(scts, to: &text) }
        if let time = context.object("time") { addTime(time, to: &text) }
        if let past = context.object("passive_dns") { addPastNames(past, to: &text) }
        if text.text.utf8.count == before { text.line("Nothing is known.", indent: 2) }
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
        case "revoked": addRevoked(revocation, to: &text)
        case "good": text.row("revoked", "no, says its issuer", .good)
        case let status?:
            let error = revocation["crl.error"].map { " (\($0))" } ?? ""
            text.row("revoked", "it can't be told: \(Self.revocations[status] ?? status)\(error)")
        case nil: break
        }
        if revocation["anomalies"] != nil {
            text.row("staple", "the certificate asks for one, and the server sent none", .warning)
        }
    }

    private func addRevoked(_ revocation: RecordView, to text: inout ReportText) {
        let reason = revocation["reason"].map { " (\($0))" } ?? ""
        let moments = [revocation["revoked_at"], record["@timestamp"]].map {
            $0.flatMap { RFC3339.milliseconds($0) }
        }
        // A list of today may speak of a record of last month, and an issuer of a day to come.
        if let day = revocation["revoked_at"], let since = moments[0], let seen = moments[1], since > seen {
            return text.row(
                "revoked",
                "yes, but from \(day) on\(reason): that is after it was seen here",
                .warning
            )
        }
        let since = revocation["revoked_at"].map { " since \($0)" } ?? ""
        text.row("revoked", "yes\(since)\(reason): its issuer took it back, and it is still shown", .alarm)
    }

    /// What a status means that is neither good nor revoked (Docs/context.md).
    private static let revocations = [
        "unknown": "whoever was asked does not know the certificate",
        "stale": "what its issuer said holds no longer, or not yet",
        "invalid": "nobody who may sign it has signed what is said",
        "other": "what is said is about other certificates",
        "unreadable": "what is said can't be read",
        "refused": "whoever was asked gave an error in place of an answer",
        "unchecked": "the issuer's certificate is not in the record, so that nothing could be checked",
        "unavailable": "the revocation list could not be had",
    ]

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

    private func addTime(_ time: RecordView, to text: inout ReportText) {
        guard let first = time["first_seen"] else { return }
        let age =
            time.number("age_when_first_seen").map {
                ", \(counted($0 / 86_400, "day")) after it became valid"
            } ?? ""
        text.row("first seen", first + age)
        if let issues = time.number("issues"), issues > 1 {
            let rhythm = time.number("rhythm").map { ", about every \(counted($0 / 86_400, "day"))" } ?? ""
            text.row("issued", "\(issues) certificates for its first name\(rhythm)")
        }
    }
}
