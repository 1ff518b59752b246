import Foundation
import Terminal

/// What the endpoint showed.
extension Report {
    func addCertificate(to text: inout ReportText) {
        guard let server = record.object("tls.server"),
            (server["hash.sha256"] ?? server["x509.serial_number"]) != nil
        else { return }
        text.heading("Certificate")
        text.row("subject", server["x509.subject.distinguished_name"] ?? "(empty)")
        text.row("issuer", server["x509.issuer.distinguished_name"] ?? "(empty)")
        text.row("serial", server["x509.serial_number"])
        let validity = validity(server)
        text.row("valid", validity.text, validity.isNow ? .plain : .warning)
        text.row("names", names(server))
        let size = server["x509.public_key_size"].map { " \($0)" } ?? ""
        let curve = server["x509.public_key_curve"].map { " (\($0))" } ?? ""
        text.row("key", server["x509.public_key_algorithm"].map { $0 + size + curve })
        text.row("signature", server["x509.signature_algorithm"])
        text.row("issued", issuance())
        text.row("anomalies", record["hallmark.certificate.anomalies"], .warning)
        text.row("relations", record["hallmark.certificate.relations"])
        text.row("SHA-256", server["hash.sha256"])
        text.row("key SHA-256", record["hallmark.certificate.spki_sha256"])
        for (index, certificate) in record.objects("hallmark.certificate.chain").prefix(5).enumerated() {
            text.row(index == 0 ? "chain" : "", certificate["subject"] ?? "(empty)")
        }
        switch record["hallmark.proof"] {
        case "proven": text.row("proof", "The server proved that it holds the key.")
        case "presented": text.row("proof", "Presented only: anyone can show a certificate.")
        default: break
        }
        if let verification = record.object("hallmark.verification") { addTrust(verification, to: &text) }
        for connection in record.objects("hallmark.connections") {
            guard let other = connection["certificate.hash.sha256"] else { continue }
            let proof = connection["proof"] == "proven" ? "proven" : "presented"
            text.row(
                "changed to",
                "\(connection["certificate.subject"] ?? "(empty)"), \(proof): \(other)",
                .warning
            )
            if let verification = connection.object("verification") { addTrust(verification, to: &text) }
        }
        for variant in record.objects("hallmark.sni_variants") {
            let name = variant["server_name"].flatMap { $0.isEmpty ? nil : $0 } ?? "no name"
            let came = variant["certificate_sha256"] ?? variant["code"] ?? "nothing"
            let isOther = variant["certificate_sha256"].map { $0 != server["hash.sha256"] } ?? false
            text.row(
                "asked for",
                "\(name): \(isOther ? "another certificate, " : "")\(came)",
                isOther ? .warning : .plain
            )
        }
    }

    /// Who trusts the chain, as far as it was verified.
    private func addTrust(_ verification: RecordView, to text: inout ReportText) {
        let whose =
            verification["trust"] == "own" ? "the authorities of --ca-file" : "this system's authorities"
        switch verification["chain"] {
        case "valid": text.row("trust", "\(whose) trust the chain", .good)
        case let reason?: text.row("trust", "\(whose) do not trust the chain: \(reason)", .warning)
        case nil: break
        }
        switch verification["name"] {
        case "valid": text.row("", "the certificate is for the name that was asked for", .good)
        case "mismatch": text.row("", "the certificate is not for the name that was asked for", .warning)
        default: break
        }
        let (trusting, others) = (verification.texts("trusted_by"), verification.texts("not_trusted_by"))
        if !trusting.isEmpty {
            text.row("trusted by", trusting.joined(separator: ", "), others.isEmpty ? .good : .plain)
        }
        guard !others.isEmpty else { return }
        let remark = trusting.isEmpty ? "" : ": a chain that only some stores trust is worth a look"
        text.row("not trusted by", others.joined(separator: ", ") + remark, .warning)
    }

    private func issuance() -> String? {
        if record.isTrue("hallmark.certificate.self_signed") { return "by itself: its own key signed it" }
        if record.isTrue("hallmark.certificate.self_issued") {
            return "to itself by name, though its own key did not sign it"
        }
        return nil
    }

    private func names(_ server: RecordView) -> String? {
        let names = server.texts("x509.alternative_names")
        guard !names.isEmpty else { return nil }
        let more = names.count > 12 ? " and \(names.count - 12) more" : ""
        return names.prefix(12).joined(separator: ", ") + more
    }

    /// The validity in words, as of the record's own time.
    private func validity(_ server: RecordView) -> (text: String?, isNow: Bool) {
        guard let begin = server["x509.not_before"], let end = server["x509.not_after"] else {
            return (nil, true)
        }
        var text = "\(begin) to \(end)"
        if let days = record["hallmark.certificate.validity_days"] {
            text += " (\(days) \(days == "1" ? "day" : "days"))"
        }
        // RFC 3339 times of one zone sort as text.
        guard let now = record["@timestamp"] else { return (text, true) }
        if end < now { return (text + ", expired", false) }
        if begin > now { return (text + ", not yet", false) }
        return (text, true)
    }

    func addFingerprints(to text: inout ReportText) {
        guard let tls = record.object("tls") else { return }
        let rows: [(String, String?)] = [
            ("version", tls["version"].map { "\(tls["version_protocol"] ?? "tls") \($0)" }),
            ("cipher", tls["cipher"]), ("curve", tls["curve"]), ("ALPN", tls["next_protocol"]),
            ("JARM", tls["server.jarm"]), ("JA3S", tls["server.ja3s"]), ("JA4S", tls["server.ja4s"]),
            ("JA4X", tls["server.ja4x"]),
        ]
        guard rows.contains(where: { $0.1 != nil }) else { return }
        text.heading("TLS")
        for (label, value) in rows { text.row(label, value) }
        text.row("before TLS", record["hallmark.starttls.greeting"])
    }

    func addHTTP(to text: inout ReportText) {
        let first = record.object("http") == nil ? [] : [record]
        let exchanges = first + record.objects("hallmark.http")
        guard !exchanges.isEmpty else { return }
        text.heading("HTTP")
        for exchange in exchanges.prefix(Self.mostInFull) {
            let method = exchange["http.request.method"] ?? "GET"
            text.line("\(method) \(exchange["url.full"] ?? exchange["url.path"] ?? "/")", .heading, indent: 2)
            guard let response = exchange.object("http.response") else { continue }
            text.row("status", response["status_line"] ?? response["status_code"], indent: 4)
            if response.isTrue("empty_reply") {
                text.row("answer", "The server closed without a byte.", indent: 4)
            }
            if response.isTrue("client_certificate_required") {
                text.row("answer", "The server wants a client certificate.", indent: 4)
            }
            text.row("server", response.object("header")?.texts("server").joined(separator: ", "), indent: 4)
            text.row("title", response["title"], indent: 4)
            text.row("redirect", response["redirect"], indent: 4)
            text.row("headers", response["header_order"], indent: 4)
            text.row("order hash", response["header_order_hash"], indent: 4)
            text.row("body", body(response), indent: 4)
            text.row("anomalies", response["anomalies"], .warning, indent: 4)
            text.row("relations", response["relations"], indent: 4)
        }
        for exchange in exchanges.dropFirst(Self.mostInFull) {
            let request = "\(exchange["http.request.method"] ?? "GET") \(exchange["url.path"] ?? "/")"
            let parts = [
                exchange["http.response.status_code"] ?? "no answer", exchange["http.response.title"],
                exchange["http.response.body.bytes"].map { "\($0) bytes" },
            ]
            text.line("\(request): \(parts.compactMap(\.self).joined(separator: ", "))", indent: 2)
        }
        text.row("icon", record["hallmark.favicon.mmh3"].map { "MurmurHash3 \($0)" }, indent: 4)
    }

    /// A host is asked for dozens of pages, most of which it does not have: the record has them all.
    private static let mostInFull = 5

    private func body(_ response: RecordView) -> String? {
        guard let bytes = response["body.bytes"] else { return nil }
        let type = response["mime_type"].map { " of \($0)" } ?? ""
        let more = response.isTrue("body.truncated") ? ", and more" : ""
        let hash = response["body.sha256"].map { ", SHA-256 \($0)" } ?? ""
        return "\(bytes) \(bytes == "1" ? "byte" : "bytes")\(type)\(more)\(hash)"
    }
}
