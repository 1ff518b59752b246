import Foundation
import Observations

/// Records of some weeks as sweeps, imports and logs give them: few stacks, some certificates on many
/// endpoints, families that belong to one hand, and whatever is odd in between.
///
/// All follows from the seed, and no two records have the same time.
struct SyntheticSweep {
    private(set) var records: [[String: Any]] = []
    private var random = SplitMix(state: 42)
    /// Milliseconds since 1970.
    private var time = 1_792_000_000_000

    init(rounds: Int = 3, endpoints: Int = 900) {
        for round in 0..<rounds {
            for number in 0..<endpoints { addObservation(number, round) }
            addFamily(round)
            addOdd(round)
        }
        for number in 0..<60 { addLogged(number) }
    }

    /// The lines of a file.
    var text: String { lines.map { $0 + "\n" }.joined() }

    var lines: [String] {
        records.map { record in
            let data = try? JSONSerialization.data(withJSONObject: record, options: [.sortedKeys])
            return String(decoding: data ?? Data(), as: UTF8.self)
        }
    }

    // MARK: Parts

    private mutating func next() -> String {
        time += 300_000 + Int(random.next() % 997)
        let date = Date(timeIntervalSince1970: Double(time / 1000))
        return ISO8601DateFormatter().string(from: date).dropLast() + String(format: ".%03dZ", time % 1000)
    }

    private static func hash(_ number: Int, _ kind: Int, _ digits: Int = 64) -> String {
        var random = SplitMix(state: UInt64(number) << 8 | UInt64(kind))
        var text = ""
        while text.count < digits { text += String(format: "%016lX", random.next()) }
        return String(text.prefix(digits))
    }

    private mutating func record(
        _ ip: String,
        _ port: Int,
        name: String? = nil,
        certificate: Int?,
        stack: Int
    ) -> [String: Any] {
        var record: [String: Any] = ["@timestamp": next()]
        record.set("event.dataset", "hallmark.observation")
        record.set("event.outcome", "success")
        record.set("server.address", name ?? ip)
        record.set("server.ip", ip)
        record.set("server.port", port)
        if let name {
            record.set("server.domain", name)
            record.set("tls.client.server_name", name.uppercased())
        }
        record.set("tls.version", stack % 6 == 0 ? "1.2" : "1.3")
        record.set("tls.curve", stack % 3 == 0 ? "X25519MLKEM768" : "x25519")
        record.set("tls.server.jarm", Self.hash(stack, 9, 62).lowercased())
        record.set("tls.server.ja3s", Self.hash(stack % 40, 10, 32).lowercased())
        record.set("tls.server.ja4s", "t130200_1301_" + Self.hash(stack % 40, 11, 12).lowercased())
        record.set("hallmark.stack", "13_" + Self.hash(stack, 12, 16).lowercased())
        record.set("hallmark.scan.id", "sweep")
        if let certificate { Self.add(certificate, to: &record) }
        return record
    }

    private static func add(_ number: Int, to record: inout [String: Any]) {
        let isOwn = number % 6 == 5
        let model = number % 17
        let name = "host\(number).site\(number / 3).example"
        let subject = isOwn ? "O=Maker \(model), CN=device\(model)" : "CN=\(name)"
        let issuer = isOwn ? subject : "C=US, O=Authority \(number % 5), CN=Authority CA \(number % 11)"
        record.set("tls.server.hash.sha256", hash(number, 1))
        func x509(_ name: String, _ value: Any) { record.set("tls.server.x509." + name, value) }
        func details(_ name: String, _ value: Any) { record.set("hallmark.certificate." + name, value) }
        x509("version_number", "3")
        x509("serial_number", isOwn ? "0\(model % 10)" : hash(number, 4, 32))
        x509("subject.distinguished_name", subject)
        x509("subject.common_name", isOwn ? ["device\(model)"] : [name])
        if isOwn { x509("subject.organization", ["Maker \(model)", "Maker"]) }
        if number % 7 == 0 {
            x509("subject.locality", ["Town \(number % 21)"])
            x509("subject.organizational_unit", ["Unit \(number % 3)"])
            x509("subject.state_or_province", ["State \(number % 4)"])
            x509("subject.country", ["DE"])
            details("subject.email_address", ["admin\(number % 9)@example.com"])
        }
        x509("issuer.distinguished_name", issuer)
        x509("issuer.common_name", isOwn ? ["device\(model)"] : ["Authority CA \(number % 11)"])
        if !isOwn {
            x509("issuer.organization", ["Authority \(number % 5)"])
            x509("issuer.country", ["US"])
            details("authority_key_id", hash(number % 11, 5, 40))
        }
        if number % 13 == 0 {
            x509("issuer.locality", ["City \(number % 2)"])
            x509("issuer.organizational_unit", ["Issuing \(number % 4)"])
            x509("issuer.state_or_province", ["Land"])
            details("issuer.email_address", ["ca@example.com"])
        }
        let begin = String(format: "2026-%02d-%02dT00:%02d:00Z", 1 + number % 9, 1 + number % 28, number % 60)
        x509("not_before", begin)
        x509(
            "not_after",
            isOwn ? "9999-12-31T23:59:59Z" : begin.replacingOccurrences(of: "2026", with: "2027")
        )
        x509("signature_algorithm", "sha256WithRSAEncryption")
        x509("public_key_algorithm", number % 2 == 0 ? "ECDSA" : "RSA")
        if number % 2 == 0 { x509("public_key_curve", "P-256") } else { x509("public_key_size", 2048) }
        if !isOwn { x509("alternative_names", names(number, name)) }
        details("spki_sha256", hash(isOwn && model < 5 ? model : number, 2))
        details("tbs_no_ct_sha256", hash(number, 3))
        details("subject_key_id", hash(isOwn && model < 5 ? model : number, 6, 40))
        details("validity_seconds", number % 4 == 0 ? 7_775_999 : 31_536_000)
        details("self_issued", isOwn)
        details("subject_attributes", isOwn ? "O,CN" : "CN")
        details("issuer_attributes", isOwn ? "O,CN" : "C,O,CN")
        details("extension_oids", isOwn ? "2.5.29.14,2.5.29.35" : "2.5.29.15,2.5.29.37,2.5.29.17")
        if number % 3 == 0 { details("serial.bytes", 16) }
    }

    private static func names(_ number: Int, _ name: String) -> [String] {
        switch number % 10 {
        case 0: [name, "*.site\(number / 3).example", "xk9q2v7w\(number).example.net"]
        case 1: [name.uppercased(), "www." + name]
        case 2: ["mail.plain.example"]
        case 3: [name, "zzkqwrtpsdfgh.example.org", "a,b.example", "dot.site\(number / 3).example."]
        default: [name, "www." + name]
        }
    }

    private mutating func addWeb(_ number: Int, _ stack: Int, to record: inout [String: Any]) {
        guard number % 4 == 0 else { return }
        record.set("http.response.status_code", 200)
        record.set("http.response.header", ["server": ["server-\(stack % 30)", "behind"], "x-a": ["1"]])
        record.set("http.response.title", "Page \(number % 50)")
        record.set("http.response.header_order_hash", "hhh:1:" + Self.hash(stack % 50, 13).lowercased())
        record.set("http.response.headers_hash", number % 40 - 20)
        record.set("http.response.html_hash", number % 60 - 30)
        record.set("http.response.body.sha256", Self.hash(number % 70, 14))
        if number % 8 == 0 { record.set("hallmark.favicon.mmh3", number % 24 - 12) }
        if number % 12 == 0 { record.set("tls.server.ja4x", "a_b_" + Self.hash(number % 5, 15, 12)) }
    }

    // MARK: Records

    private static func address(_ number: Int) -> String {
        number % 50 == 49 ? "2001:db8::\(number)" : "198.51.\(number / 250).\(number % 250)"
    }

    private mutating func addObservation(_ number: Int, _ round: Int) {
        // A tenth shares a few certificates; some change theirs, some their stack, some are away at times.
        let popular = number % 10 == 3 ? number % 7 : number
        let certificate = number % 25 == 7 ? popular + round * 1000 : popular
        let stack = number % 30 == 11 ? number % 60 + round : number * number % 60
        if number % 45 == 5, round == 1 {
            var failure: [String: Any] = ["@timestamp": next()]
            failure.set("event.dataset", "hallmark.observation")
            failure.set("event.outcome", "failure")
            failure.set("error.code", "timeout")
            failure.set("server.address", Self.address(number))
            failure.set("server.ip", Self.address(number))
            failure.set("server.port", 443)
            return records.append(failure)
        }
        var new = record(
            Self.address(number),
            [443, 443, 8443][number % 3],
            name: number % 8 == 1 ? "host\(number).site\(number / 3).example" : nil,
            certificate: number % 33 == 8 ? nil : certificate,
            stack: stack
        )
        addWeb(number, stack, to: &new)
        if number % 41 == 0 { new.set("network.transport", "udp") }
        if number % 100 == 60 {
            new.set("hallmark.leads", [Self.lead("Sliver", 85, "high"), Self.lead("Mythic", 30, "low")])
        }
        records.append(new)
    }

    private static func lead(_ name: String, _ confidence: Int, _ label: String) -> [String: Any] {
        [
            "software": ["name": name, "id": "S0001"], "confidence": confidence, "label": label,
            "kinds": ["x"],
        ]
    }

    /// Certificates and services of one hand.
    private mutating func addFamily(_ round: Int) {
        for number in 0..<8 {
            var new = record(
                "203.0.113.\(number)",
                4443,
                certificate: 5000 + number * 6 + 5,
                stack: number < 5 ? 777 : number
            )
            new.set("tls.server.x509.serial_number", number < 6 ? "08BB00EE" : "0A\(number)")
            if number > 3 { new.set("hallmark.certificate.spki_sha256", Self.hash(5003, 2)) }
            new.set("http.response.title", "Teamserver")
            new.set("http.response.header", ["server": ["odd/1.0"]])
            if number == round { new.set("hallmark.leads", [Self.lead("Cobalt Strike", 90, "high")]) }
            records.append(new)
        }
    }

    /// What is long, of others, contradictory or in another shape.
    private mutating func addOdd(_ round: Int) {
        for number in 0..<3 {
            var long = record("192.0.2.\(number)", 443, certificate: 6000 + number, stack: 800 + number)
            let subject = "CN=" + String(repeating: "é", count: 700) + "\(number)"
            long.set("tls.server.x509.subject.distinguished_name", subject)
            long.set("http.response.title", String(repeating: "Seite ü", count: 100) + "\(number)")
            let many = (0..<230).map { "n\($0).many\(number / 2).example" }
            long.set("tls.server.x509.alternative_names", many)
            long.set("tls.server.x509.subject.organization", (0..<25).map { "Part \($0)" })
            records.append(long)
        }
        // Of another program: what it says of leads is nobody's.
        var other = record("192.0.2.77", 443, certificate: 6100, stack: 810)
        other.set("hallmark.leads", [Self.lead("Havoc", 90, "high")])
        var event = other["event"] as? [String: Any] ?? [:]
        event["dataset"] = nil
        other["event"] = event
        records.append(other)
        // Somebody's text of a certificate, and of many connections.
        var text = record("192.0.2.79", 443, certificate: 6102, stack: 812)
        text.set("event.dataset", "hallmark.import")
        text.set("hallmark.source.fidelity", "text")
        text.set("hallmark.sightings.count", 7)
        text.set("hallmark.sightings.first", "2026-10-0\(round + 1)T00:00:00.000Z")
        text.set("hallmark.sightings.last", "2026-11-2\(round)T00:00:00.000Z")
        records.append(text)
        for (place, value) in [
            ("server.port", 70_000 as Any), ("@timestamp", "never"), ("event.dataset", "x"),
        ] {
            var none = record("192.0.2.80", 443, certificate: 6103, stack: 813)
            none.set(place, value)
            records.append(none)
        }
        var spelled = record("192.0.2.81", 443, certificate: 6104, stack: 814)
        spelled.set("tls.server.hash.sha256", Self.hash(6104, 1).lowercased())
        spelled.set("tls.server.x509.not_before", "2026-03-01T00:00:00.500+02:00")
        spelled.set("hallmark.certificate.subject_key_id", "")
        records.append(spelled)
    }

    /// A precertificate of a log: the same names and key, no endpoint.
    private mutating func addLogged(_ number: Int) {
        var new: [String: Any] = ["@timestamp": next()]
        new.set("event.dataset", "hallmark.ct")
        Self.add(number, to: &new)
        new.set("tls.server.hash.sha256", Self.hash(number, 20))
        new.set("hallmark.certificate.extension_oids", "2.5.29.15,1.3.6.1.4.1.11129.2.4.3")
        // An address beside it is nobody's endpoint.
        if number % 5 == 0 { new.set("server.ip", "192.0.2.99") }
        records.append(new)
    }
}

extension [String: Any] {
    /// Puts a value at a dotted name.
    mutating func set(_ path: String, _ value: Any) {
        guard let dot = path.firstIndex(of: ".") else {
            self[path] = value
            return
        }
        var inner = self[String(path[..<dot])] as? [String: Any] ?? [:]
        inner.set(String(path[path.index(after: dot)...]), value)
        self[String(path[..<dot])] = inner
    }
}

/// SplitMix64 (Steele, Lea and Flood).
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
