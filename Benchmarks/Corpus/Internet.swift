import Bytes
import Corpus
import Observations

/// Observations as a sweep of the Internet would give them: few issuers have most certificates, few stacks
/// most endpoints, some certificates stand on thousands of endpoints and most on one; appliances ship one
/// key; and here and there a few endpoints belong together.
///
/// Everything follows from the numbers of the endpoint and the certificate, so that nothing is kept.
struct Internet {
    let certificates: Int
    let seed: UInt64

    /// A certificate's number, by an endpoint's: a tenth of the endpoints shares a few popular ones.
    func certificate(of endpoint: Int) -> Int {
        var random = Random(seed: seed ^ 0x1111, endpoint)
        if random.next(10) == 0 { return random.skewed(min(2000, certificates)) }
        // Each certificate is seen at least once.
        return endpoint % certificates
    }

    /// Appends the line of one observation.
    func write(_ endpoint: Int, time: Int, to out: inout ByteBuffer) {
        let number = certificate(of: endpoint)
        var service = Random(seed: seed ^ 0x2222, endpoint)
        out.append("{")
        out.member("@timestamp", RFC3339.text(time))
        out.append(
            ",\"event\":{\"kind\":\"event\",\"dataset\":\"hallmark.observation\",\"outcome\":\"success\"}"
        )
        out.object("server")
        let address =
            "\(1 + endpoint >> 24 & 127).\(endpoint >> 16 & 255).\(endpoint >> 8 & 255).\(endpoint & 255)"
        out.member("address", address)
        out.member("ip", address)
        out.member("port", [443, 443, 443, 8443, 993, 4443][service.next(6)])
        out.endObject()
        let stack = service.skewed(3000)
        out.object("tls")
        out.member("version", service.next(6) == 0 ? "1.2" : "1.3")
        out.object("server")
        out.append("\"hash\":{")
        out.member("sha256", hex: digest(number, 1).span)
        out.endObject()
        out.key("jarm")
        out.append(0x22)
        out.append(lowercaseHex: digest(stack, 9, 31).span)
        out.append(0x22)
        out.key("ja3s")
        out.append(0x22)
        out.append(lowercaseHex: digest(stack % 400, 11, 16).span)
        out.append(0x22)
        var details = ByteBuffer(capacity: 1024)
        writeCertificate(number, to: &out, &details)
        out.endObject()
        out.endObject()
        writeHTTP(endpoint, stack, &service, to: &out)
        out.object("hallmark")
        out.append("\"scan\":{\"id\":\"bench\"}")
        out.key("stack")
        out.append("\"13_")
        out.append(lowercaseHex: digest(stack, 12, 8).span)
        out.append("\",\"certificate\":{")
        details.withSpan { out.append($0) }
        out.append("}}}\n")
    }

    private func writeHTTP(_ endpoint: Int, _ stack: Int, _ random: inout Random, to out: inout ByteBuffer) {
        guard random.next(4) == 0 else { return }
        out.append(",\"http\":{\"response\":{\"status_code\":200,\"header\":{\"server\":[\"server-")
        out.append(decimal: stack % 300)
        out.append("\"]}")
        out.member("header_order_hash", hex: digest(stack % 900, 13, 16).span)
        out.object("body")
        out.member("sha256", hex: digest(random.next(3) == 0 ? endpoint : random.skewed(50_000), 14).span)
        out.append("}}}")
    }

    private func writeCertificate(_ number: Int, to out: inout ByteBuffer, _ details: inout ByteBuffer) {
        var random = Random(seed: seed ^ 0x3333, number)
        // A sixth is self-signed, most of it from appliances; a few families belong to one hand.
        let kind = number % 4001 == 7 ? 2 : random.next(6) == 0 ? 1 : 0
        let model = kind == 2 ? number / 40_010 : random.skewed(500)
        let issuer = kind == 0 ? random.skewed(120) : model
        let name = "host\(number).site\(number / 3).example"
        let subject = kind == 0 ? "CN=\(name)" : "O=Maker \(model), CN=device\(kind == 1 ? model : number)"
        let issuerText = kind == 0 ? "C=US, O=Authority \(issuer % 30), CN=Authority CA \(issuer)" : subject
        let begin = 1_760_000_000 + random.next(30_000_000)
        let length = kind == 0 ? [7_775_999, 7_775_999, 34_300_800][random.next(3)] : 315_360_000
        out.object("x509")
        let serial =
            kind == 0
            ? digest(number, 4, 18)
            : kind == 1 ? [UInt8(random.next(9) + 1)] : [8, 0xbb, UInt8(model & 255), 0xee]
        out.member("serial_number", hex: serial.span)
        out.object("subject")
        out.member("distinguished_name", subject)
        out.append(",\"common_name\":[")
        out.string(kind == 0 ? name : "device\(kind == 1 ? model : number)")
        out.append("]")
        if kind != 0 { out.append(",\"organization\":[\"Maker \(model)\"]") }
        out.endObject()
        out.object("issuer")
        out.member("distinguished_name", issuerText)
        if kind == 0 {
            out.append(
                ",\"common_name\":[\"Authority CA \(issuer)\"],\"organization\":[\"Authority \(issuer % 30)\"]"
            )
            out.append(",\"country\":[\"US\"]")
        }
        out.endObject()
        out.member("not_before", RFC3339.secondsText(begin * 1000))
        out.member("not_after", RFC3339.secondsText((begin + length) * 1000))
        out.member("signature_algorithm", "sha256WithRSAEncryption" as String)
        out.member("public_key_algorithm", random.next(2) == 0 ? "ECDSA" : "RSA")
        out.member("public_key_size", 2048)
        if kind == 0 { out.append(",\"alternative_names\":[\"\(name)\",\"www.\(name)\"]") }
        out.endObject()
        out.append(",\"certificate_chain\":[\"")
        var der: [UInt8] = []
        for part in 0..<28 { der += digest(number, 100 + part) }
        out.append(base64: der.span)
        out.append("\"]")
        details.member("spki_sha256", hex: digest(kind == 1 && model < 100 ? model : number, 2).span)
        details.member("tbs_no_ct_sha256", hex: digest(number, 3).span)
        details.member("validity_seconds", length)
        details.member("self_issued", kind != 0)
        details.member("subject_attributes", kind == 0 ? "CN" : "O,CN")
        details.member("issuer_attributes", kind == 0 ? "C,O,CN" : "O,CN")
        details.member("extension_oids", kind == 0 ? "2.5.29.15,2.5.29.37,2.5.29.17" : "2.5.29.14,2.5.29.35")
        if kind == 0 { details.member("authority_key_id", hex: digest(issuer, 5, 20).span) }
    }

    /// Bytes that stand for a digest.
    private func digest(_ number: Int, _ kind: Int, _ count: Int = 32) -> [UInt8] {
        var random = Random(seed: seed ^ UInt64(kind) << 32, number)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            let word = random.word()
            for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * shift))) }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}

/// SplitMix64 (Steele, Lea and Flood), begun from a number.
struct Random {
    private var state: UInt64

    init(seed: UInt64, _ number: Int) {
        state = seed &+ UInt64(bitPattern: Int64(number)) &* 0x9e37_79b9_7f4a_7c15
        _ = word()
    }

    mutating func word() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    mutating func next(_ limit: Int) -> Int { Int(word() % UInt64(limit)) }

    /// A number below `limit`, small ones far more often: each halving of the number is as likely as the
    /// next.
    mutating func skewed(_ limit: Int) -> Int {
        let bits = Int.bitWidth - (limit - 1).leadingZeroBitCount
        return min(limit - 1, next(1 << next(bits + 1)))
    }
}
