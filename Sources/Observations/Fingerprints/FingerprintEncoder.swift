import Bytes
import Wire

/// Writes the fingerprints of an observation, each computed once for its two places in the record.
struct FingerprintEncoder: ~Copyable {
    private var ja3s = ByteBuffer(capacity: 256)
    private var stack = ByteBuffer(capacity: 512)

    /// Computes what the first flight gives.
    mutating func read(_ flight: ServerFlight) {
        ja3s.removeAll()
        stack.removeAll()
        _ = JA3S.append(flight, to: &ja3s)
        _ = StackFingerprint.append(flight, to: &stack)
    }

    /// The members of `tls.server`.
    func encodeServer(
        _ observation: Observation,
        _ imported: ImportedEvidence?,
        into out: inout ByteBuffer
    ) {
        if !ja3s.isEmpty {
            out.key("ja3s")
            out.append(0x22)
            ja3s.withSpan { bytes in
                let digest = BodyDigest.shortMD5(bytes)
                out.append(lowercaseHex: digest.span)
            }
            out.append(0x22)
        }
        if let hash = observation.jarm?.hash { out.member("jarm", hash) }
        guard let imported else { return }
        if let hash = imported.ja3s, ja3s.isEmpty { out.member("ja3s", hash) }
        if let hash = imported.ja4s { out.member("ja4s", hash) }
        if let hash = imported.jarm, observation.jarm?.hash == nil { out.member("jarm", hash) }
    }

    /// The members of `hallmark`.
    func encodeHallmark(_ observation: Observation, into out: inout ByteBuffer) {
        if !stack.isEmpty {
            out.key("stack")
            out.append(0x22)
            out.append(decimal: StackFingerprint.version)
            out.append(0x5f)
            stack.withSpan { bytes in
                let digest = BodyDigest.shortSHA256(bytes)
                out.append(lowercaseHex: digest.span.extracting(0..<8))
            }
            out.append("\",\"stack_text\":\"")
            stack.withSpan { out.append($0) }
            out.append("\",\"ja3s_text\":\"")
            ja3s.withSpan { out.append($0) }
            out.append(0x22)
        }
        guard let jarm = observation.jarm else { return }
        out.object("jarm")
        out.member("complete", jarm.isComplete)
        out.member("answered", jarm.answered)
        out.member("server_name", jarm.serverName)
        out.array("probes")
        for probe in jarm.probes {
            out.comma()
            out.string(probe.answer.text)
        }
        out.endArray()
        out.array("alerts")
        for probe in jarm.probes {
            out.comma()
            out.append(decimal: probe.alert.map { Int($0) } ?? -1)
        }
        out.endArray()
        out.array("outcomes")
        for probe in jarm.probes {
            out.comma()
            out.string(probe.outcome.rawValue)
        }
        out.endArray()
        out.endObject()
    }
}
