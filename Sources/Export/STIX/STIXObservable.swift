import Bytes
import Wire

/// A cyber-observable object of STIX 2.1, named by its id-contributing properties (section 2.9).
struct STIXObservable {
    let type: String
    let id: String
    /// Writes the members beyond type, version and id.
    let write: (inout ByteBuffer) -> Void

    /// - Parameter named: the id-contributing properties as canonical JSON (RFC 8785).
    private init(_ type: String, named: String, write: @escaping (inout ByteBuffer) -> Void) {
        self.type = type
        id = "\(type)--" + NameUUID.of(named, in: NameUUID.observable)
        self.write = write
    }

    /// An `x509-certificate`.
    init(_ leaf: ExportRecord.Certificate) {
        let hashes = [("MD5", leaf.md5), ("SHA-1", leaf.sha1), ("SHA-256", leaf.sha256)]
            .filter { leaf.isShown && !$0.1.isEmpty }.map { ($0.0, $0.1.lowercased()) }
        // Of several digests the first of the standard's list names the object.
        var name = "{"
        if let (algorithm, digest) = hashes.first { name += "\"hashes\":{\"\(algorithm)\":\"\(digest)\"}" }
        if !leaf.serialNumber.isEmpty {
            name += "\(name.count > 1 ? "," : "")\"serial_number\":\"\(leaf.serialNumber)\""
        }
        self.init("x509-certificate", named: name + "}") { out in
            if !hashes.isEmpty { out.object("hashes") }
            for (algorithm, digest) in hashes {
                out.comma()
                out.string(algorithm)
                out.append(0x3a)
                out.string(digest)
            }
            if !hashes.isEmpty { out.endObject() }
            if let isSelfSigned = leaf.isSelfSigned { out.member("is_self_signed", isSelfSigned) }
            if !leaf.version.isEmpty { out.member("version", leaf.version) }
            if !leaf.serialNumber.isEmpty { out.member("serial_number", leaf.serialNumber) }
            if !leaf.signatureAlgorithm.isEmpty {
                out.member("signature_algorithm", leaf.signatureAlgorithm)
            }
            if !leaf.issuer.isEmpty { out.member("issuer", leaf.issuer) }
            if let time = leaf.notBefore { out.member("validity_not_before", RFC3339.text(time)) }
            if let time = leaf.notAfter { out.member("validity_not_after", RFC3339.text(time)) }
            if !leaf.subject.isEmpty { out.member("subject", leaf.subject) }
            if !leaf.keyAlgorithm.isEmpty {
                out.member("subject_public_key_algorithm", leaf.keyAlgorithm)
            }
        }
    }

    /// The address and the traffic to it, or else the name.
    static func endpoint(_ record: ExportRecord) -> [STIXObservable] {
        guard let ip = record.ip else {
            guard HostName.isPlain(record.name) else { return [] }
            return [value("domain-name", record.name)]
        }
        let address = value(ip.isV4 ? "ipv4-addr" : "ipv6-addr", ip.description)
        guard let port = record.port else { return [address] }
        let protocols = [ip.isV4 ? "ipv4" : "ipv6", "tcp"] + (record.tlsVersion.isEmpty ? [] : ["tls"])
        let list = protocols.map { "\"\($0)\"" }.joined(separator: ",")
        let traffic = STIXObservable(
            "network-traffic",
            named: "{\"dst_port\":\(port),\"dst_ref\":\"\(address.id)\",\"protocols\":[\(list)]}"
        ) { out in
            out.member("dst_ref", address.id)
            out.member("dst_port", port)
            out.strings("protocols", protocols)
        }
        return [address, traffic]
    }

    private static func value(_ type: String, _ value: String) -> STIXObservable {
        STIXObservable(type, named: "{\"value\":\"\(value)\"}") { $0.member("value", value) }
    }
}

extension HostName {
    /// Whether a text is made of nothing but what names of hosts are made of.
    static func isPlain(_ text: String) -> Bool {
        text.utf8.count <= 253 && text.contains(".") && text.wholeMatch(of: /[A-Za-z0-9._-]+/) != nil
    }
}
