package import Observations
package import Wire

/// What an export says of one line: an observation with its leads, or what a comparison found.
///
/// Every value was checked for what it claims to be, because a file may hold anything: an address is one, a
/// digest has its length, a port fits. What is not so is as if it were absent.
package struct ExportRecord: Sendable {
    /// One element of `hallmark.leads`, with the rules that speak for its software.
    package struct Lead: Sendable {
        package var software = ""
        /// The ATT&CK id (`S0154`).
        package var id: String?
        /// 0 to 99.
        package var confidence = 0
        package var label = LeadLabel.low
        /// The kinds of evidence; where a list alone speaks for it, what it lists.
        package var kinds: [String] = []
        package var isDualUse = false
        package var against: [String] = []
        package var rules: [Rule] = []

        /// Whether servers can show the certificate (`Certificate.isShown`).
        package var isShown = true

        /// Whether the certificate itself speaks for the software, and so finds other endpoints of it.
        package var isOfCertificate: Bool { isShown && kinds.contains("certificate") }

        /// `medium (60)`.
        var strength: String { "\(label.rawValue) (\(confidence))" }

        /// The same with the kinds of evidence, where they are known.
        ///
        /// - Parameter separator: what stands between two kinds.
        func strength(_ separator: String) -> String {
            kinds.isEmpty ? strength : "\(strength), \(kinds.joined(separator: separator))"
        }
    }

    /// A rule that matched.
    package struct Rule: Sendable, Hashable {
        package var id = ""
        package var name = ""
    }

    /// One element of `hallmark.findings`.
    package struct Finding: Sendable {
        package var name = ""
        package var severity = "info"
        package var message = ""
        package var asset = ""
    }

    /// The leaf certificate as the record tells of it; digests and serial number in upper-case hex.
    package struct Certificate: Sendable {
        package var sha256 = ""
        package var sha1 = ""
        package var md5 = ""
        package var serialNumber = ""
        package var subject = ""
        package var issuer = ""
        /// Milliseconds since 1970.
        package var notBefore: Int?
        package var notAfter: Int?
        package var version = ""
        package var signatureAlgorithm = ""
        package var keyAlgorithm = ""
        package var keySize: Int?
        package var names: [String] = []
        package var isSelfSigned: Bool?
        /// Whether servers can show it: no precertificate, and none that was put together from a log's leaf.
        ///
        /// Whoever looks for the digests of those finds nothing.
        package var isShown = true
    }

    /// Milliseconds since 1970; the time of the export for a record without one.
    package var time = 0
    package var ip: IPAddress?
    package var port: Int?
    /// The name under which the endpoint was asked.
    package var name = ""
    package var outcome = ""
    package var errorCode = ""
    package var errorMessage = ""
    package var certificate: Certificate?
    package var tlsVersion = ""
    package var cipher = ""
    package var jarm = ""
    package var ja3s = ""
    package var leads: [Lead] = []
    package var findings: [Finding] = []
    /// ATT&CK techniques of the rules that matched (`T1071.001`).
    package var techniques: [String] = []

    /// `192.0.2.1:443`, `[2001:db8::1]:443`, or the name where there is no address; empty for a certificate
    /// without an endpoint.
    package var endpoint: String {
        let host = ip.map { $0.isV4 ? $0.description : "[\($0.description)]" } ?? name
        guard !host.isEmpty, let port else { return host }
        return "\(host):\(port)"
    }

    /// What a finding or a lead is about: the endpoint, or else the certificate.
    var place: String {
        endpoint.isEmpty ? certificate.map { "certificate \($0.sha256)" } ?? "unknown" : endpoint
    }
}
