import Bytes
import Wire

/// The smaller parts of a record.
extension ByteBuffer {
    /// The member `probes` of `hallmark`.
    mutating func append(probes: [ProbeRecord], leftOut: [LeftOutProbe]) {
        guard !probes.isEmpty || !leftOut.isEmpty else { return }
        array("probes")
        for probe in probes { append(probe) }
        append(leftOut: leftOut)
        endArray()
    }

    /// Elements of `probes` for what was not made.
    mutating func append(leftOut: [LeftOutProbe]) {
        for probe in leftOut {
            comma()
            append("{\"kind\":\"")
            append(probe.kind.rawValue)
            append("\",\"outcome\":\"skipped\",\"reason\":\"")
            append(probe.reason.rawValue)
            append("\"}")
        }
    }

    /// One element of `probes`.
    mutating func append(_ probe: ProbeRecord) {
        element()
        member("kind", word: probe.kind.rawValue)
        member("outcome", word: probe.outcome.rawValue)
        if let code = probe.code { member("code", word: code.rawValue) }
        if let reason = probe.reason { member("reason", word: reason.rawValue) }
        if let hello = probe.hello { member("hello", word: hello) }
        if let limit = probe.limit { member("limit", word: limit.rawValue) }
        if let alert = probe.alert {
            key("alert")
            append(alert: alert)
        }
        if probe.outcome != .skipped {
            member("attempt", probe.attempt)
            member("duration_ms", probe.milliseconds)
        }
        endObject()
    }

    /// What a server said that was not TLS, what it said before TLS, and what was checked after.
    mutating func append(answers observation: Observation) {
        if let answer = observation.notTLS {
            object("not_tls")
            member("protocol", answer.name)
            key("bytes")
            append(0x22)
            append(base64: answer.bytes.span)
            append(0x22)
            let text = answer.bytes.map { (0x20...0x7e).contains($0) ? $0 : 0x2e }
            member("text", text.span)
            endObject()
        }
        if let startTLS = observation.startTLS {
            object("starttls")
            member("protocol", startTLS.name)
            if !startTLS.greeting.isEmpty { member("greeting", startTLS.greeting.span) }
            if !startTLS.anomalies.isEmpty {
                array("anomalies")
                for anomaly in startTLS.anomalies {
                    comma()
                    string(anomaly.rawValue)
                }
                endArray()
            }
            endObject()
        }
        if let verification = observation.verification { member(verification) }
        append(sniVariants: observation.sniVariants)
    }

    /// The member `verification`.
    mutating func member(_ verification: Verification) {
        object("verification")
        member("chain", verification.chain)
        member("name", verification.name)
        if verification.isOwnTrust { member("trust", "own" as StaticString) }
        for isTrusting in [true, false] {
            let stores = verification.stores.filter { $0.isTrusting == isTrusting }
            guard !stores.isEmpty else { continue }
            array(isTrusting ? "trusted_by" : "not_trusted_by")
            for store in stores {
                comma()
                string(store.name)
            }
            endArray()
        }
        endObject()
    }

    private mutating func append(sniVariants: [SNIVariant]) {
        guard !sniVariants.isEmpty else { return }
        array("sni_variants")
        for variant in sniVariants {
            element()
            member("kind", variant.kind.rawValue)
            member("server_name", variant.serverName)
            if !variant.certificate.isEmpty { member("certificate_sha256", hex: variant.certificate.span) }
            if let code = variant.code { member("code", code.rawValue) }
            if let coversName = variant.coversName { member("covers_name", coversName) }
            endObject()
        }
        endArray()
    }

    /// An address in its usual text form.
    mutating func append(_ address: IPAddress) {
        guard address.isV4 else { return append(address.description) }
        let bits = UInt32(truncatingIfNeeded: address.bits)
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            append(decimal: Int(bits >> shift & 255))
            if shift > 0 { append(0x2e) }
        }
    }

    /// The member `assessment` of `hallmark`.
    mutating func append(assessment: [EndpointAssessment]) {
        guard !assessment.isEmpty else { return }
        array("assessment")
        for item in assessment {
            comma()
            string(item.rawValue)
        }
        endArray()
    }
}
