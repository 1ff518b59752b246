import Bytes
import Observations
import TestSupport

/// An observation as a scan would write it, with what a test wants to say of it.
struct SampleRecord {
    var time = "2026-11-01T08:00:00.000Z"
    var ip = "192.0.2.10"
    var port = 443
    var name: String?
    var transport: String?
    /// A number that stands for the certificate: its digests are made of it.
    var certificate = 1
    var key: Int?
    var serial = "0A01"
    var subject = "CN=one.example"
    var commonName = "one.example"
    var organization: String?
    var issuer = "C=US, O=Example CA, CN=Example CA 1"
    var issuerOrganization = "Example CA"
    var issuerCommonName = "Example CA 1"
    var notBefore = "2026-10-01T00:00:00Z"
    var notAfter = "2026-12-30T00:00:00Z"
    var names = ["one.example"]
    var keyAlgorithm = "RSA"
    var keySize = 2048
    var signature = "sha256WithRSAEncryption"
    var version = "1.3"
    var selfSigned = false
    var validitySeconds: Int?
    var jarm: String? = "27d40d40d29d40d1dc42d43d00041d4689ee210389f4f6b4b5b1b93f92252d"
    var stack: String? = "13_0123456789abcdef"
    var server: String?
    var lead: (name: String, confidence: Int, label: String)?
    var failure: String?
    var scan = "scan-1"
    var dataset: String? = "hallmark.observation"

    static func hash(_ number: Int, _ kind: Int) -> String {
        let text = String(number * 16 + kind, radix: 16, uppercase: true)
        return String(repeating: String(repeating: "0", count: 16 - text.count) + text, count: 4)
    }

    var sha256: String { Self.hash(certificate, 1) }
    var spki: String { Self.hash(key ?? certificate, 2) }
    var tbs: String { Self.hash(certificate, 3) }

    var line: String {
        var buffer = ByteBuffer()
        write(to: &buffer)
        return buffer.withSpan { span in span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        }
    }

    private func write(to json: inout ByteBuffer) {
        json.append("{")
        json.member("@timestamp", time)
        json.object("event")
        if let dataset { json.member("dataset", dataset) }
        json.member("outcome", failure == nil ? "success" : "failure")
        json.endObject()
        json.object("server")
        json.member("address", name ?? ip)
        json.member("ip", ip)
        json.member("port", port)
        if let name { json.member("domain", name) }
        json.endObject()
        if let transport {
            json.object("network")
            json.member("transport", transport)
            json.endObject()
        }
        if let failure {
            json.object("error")
            json.member("code", failure)
            json.member("message", "it failed")
            json.endObject()
        } else {
            writeTLS(to: &json)
            if let server {
                json.append(",\"http\":{\"response\":{\"header\":{\"server\":[")
                json.string(server)
                json.append("]}}}")
            }
        }
        json.object("hallmark")
        json.object("scan")
        json.member("id", scan)
        json.endObject()
        if failure == nil { writeDetails(to: &json) }
        json.append("}}\n")
    }

    private func writeTLS(to json: inout ByteBuffer) {
        json.object("tls")
        json.member("version", version)
        if let name {
            json.object("client")
            json.member("server_name", name)
            json.endObject()
        }
        json.object("server")
        json.object("hash")
        json.member("sha256", sha256)
        json.endObject()
        if let jarm { json.member("jarm", jarm) }
        json.object("x509")
        json.member("serial_number", serial)
        json.object("subject")
        json.member("distinguished_name", subject)
        write("common_name", commonName, to: &json)
        if let organization { write("organization", organization, to: &json) }
        json.endObject()
        json.object("issuer")
        json.member("distinguished_name", issuer)
        write("common_name", issuerCommonName, to: &json)
        write("organization", issuerOrganization, to: &json)
        json.endObject()
        json.member("not_before", notBefore)
        json.member("not_after", notAfter)
        json.member("signature_algorithm", signature)
        json.member("public_key_algorithm", keyAlgorithm)
        json.member("public_key_size", keySize)
        json.array("alternative_names")
        for name in names {
            json.comma()
            json.string(name)
        }
        json.append("]}}}")
    }

    private func write(_ name: StaticString, _ value: String, to json: inout ByteBuffer) {
        json.array(name)
        json.string(value)
        json.endArray()
    }

    private func writeDetails(to json: inout ByteBuffer) {
        if let stack { json.member("stack", stack) }
        json.object("certificate")
        json.member("spki_sha256", spki)
        json.member("tbs_no_ct_sha256", tbs)
        json.member("self_signed", selfSigned)
        json.member("self_issued", subject == issuer)
        json.member("validity_seconds", validitySeconds ?? 7_776_000)
        json.endObject()
        if let lead {
            json.array("leads")
            json.element()
            json.object("software")
            json.member("name", lead.name)
            json.endObject()
            json.member("confidence", lead.confidence)
            json.member("label", lead.label)
            json.append("}]")
        }
    }
}

extension Scratch {
    /// Writes records to a file and returns its path.
    func sweep(_ name: String, _ records: [SampleRecord]) throws -> String {
        try write(name, records.map(\.line).joined())
    }
}
