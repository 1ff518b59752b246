/// The fields of the record that this module reads.
package enum RecordField: Int, CaseIterable, Sendable {
    case timestamp, outcome, errorCode, errorMessage, address, ip, port, domain, scan, proof, tlsVersion
    case serverName, sha256, hashes, chainDER, x509, certificate, subject, subjectCommonName
    case subjectOrganization, subjectUnit, subjectLocality, subjectState, subjectCountry, subjectEmail
    case issuer, issuerCommonName, issuerOrganization, issuerUnit, issuerLocality, issuerState
    case issuerCountry, issuerEmail, serialNumber, notBefore, notAfter, signatureAlgorithm, keyAlgorithm
    case keySize, keyCurve, alternativeNames, versionNumber, spki, tbs, validitySeconds, selfIssued
    case selfSigned, serialBytes, serialInteger, subjectAttributes, issuerAttributes, extensionOIDs
    case subjectKeyID, authorityKeyID, relations, jarm, ja3s, ja4s, ja4x, stack, httpServer, httpStatus
    case httpTitle, headerOrderHash, headersHash, htmlHash, bodySHA256, faviconHash, lead, leadName
    case leadID, leadConfidence, leadLabel, urlScheme, dataset, fidelity, filePath, rootTrust, isAuthority

    /// The field's name in the record.
    ///
    /// With `=` in front it stands for the field's JSON text, with `[]` behind for the begin of each object
    /// in an array.
    var path: String {
        switch self {
        case .timestamp: "@timestamp"
        case .outcome: "event.outcome"
        case .errorCode: "error.code"
        case .errorMessage: "error.message"
        case .address: "server.address"
        case .ip: "server.ip"
        case .port: "server.port"
        case .domain: "server.domain"
        case .scan: "hallmark.scan.id"
        case .proof: "hallmark.proof"
        case .tlsVersion: "tls.version"
        case .serverName: "tls.client.server_name"
        case .sha256: "tls.server.hash.sha256"
        case .hashes: "=tls.server.hash"
        case .chainDER: "tls.server.certificate_chain"
        case .x509: "=tls.server.x509"
        case .certificate: "=hallmark.certificate"
        case .subject: "tls.server.x509.subject.distinguished_name"
        case .subjectCommonName: "tls.server.x509.subject.common_name"
        case .subjectOrganization: "tls.server.x509.subject.organization"
        case .subjectUnit: "tls.server.x509.subject.organizational_unit"
        case .subjectLocality: "tls.server.x509.subject.locality"
        case .subjectState: "tls.server.x509.subject.state_or_province"
        case .subjectCountry: "tls.server.x509.subject.country"
        case .subjectEmail: "hallmark.certificate.subject.email_address"
        case .issuer: "tls.server.x509.issuer.distinguished_name"
        case .issuerCommonName: "tls.server.x509.issuer.common_name"
        case .issuerOrganization: "tls.server.x509.issuer.organization"
        case .issuerUnit: "tls.server.x509.issuer.organizational_unit"
        case .issuerLocality: "tls.server.x509.issuer.locality"
        case .issuerState: "tls.server.x509.issuer.state_or_province"
        case .issuerCountry: "tls.server.x509.issuer.country"
        case .issuerEmail: "hallmark.certificate.issuer.email_address"
        case .serialNumber: "tls.server.x509.serial_number"
        case .notBefore: "tls.server.x509.not_before"
        case .notAfter: "tls.server.x509.not_after"
        case .signatureAlgorithm: "tls.server.x509.signature_algorithm"
        case .keyAlgorithm: "tls.server.x509.public_key_algorithm"
        case .keySize: "tls.server.x509.public_key_size"
        case .keyCurve: "tls.server.x509.public_key_curve"
        case .alternativeNames: "tls.server.x509.alternative_names"
        case .versionNumber: "tls.server.x509.version_number"
        case .spki: "hallmark.certificate.spki_sha256"
        case .tbs: "hallmark.certificate.tbs_no_ct_sha256"
        case .validitySeconds: "hallmark.certificate.validity_seconds"
        case .selfIssued: "hallmark.certificate.self_issued"
        case .selfSigned: "hallmark.certificate.self_signed"
        case .serialBytes: "hallmark.certificate.serial.bytes"
        case .serialInteger: "hallmark.certificate.serial.integer"
        case .subjectAttributes: "hallmark.certificate.subject_attributes"
        case .issuerAttributes: "hallmark.certificate.issuer_attributes"
        case .extensionOIDs: "hallmark.certificate.extension_oids"
        case .subjectKeyID: "hallmark.certificate.subject_key_id"
        case .authorityKeyID: "hallmark.certificate.authority_key_id"
        case .relations: "hallmark.certificate.relations"
        case .jarm: "tls.server.jarm"
        case .ja3s: "tls.server.ja3s"
        case .ja4s: "tls.server.ja4s"
        case .ja4x: "tls.server.ja4x"
        case .stack: "hallmark.stack"
        case .httpServer: "http.response.header.server"
        case .httpStatus: "http.response.status_code"
        case .httpTitle: "http.response.title"
        case .headerOrderHash: "http.response.header_order_hash"
        case .headersHash: "http.response.headers_hash"
        case .htmlHash: "http.response.html_hash"
        case .bodySHA256: "http.response.body.sha256"
        case .faviconHash: "hallmark.favicon.mmh3"
        case .lead: "hallmark.leads[]"
        case .leadName: "hallmark.leads.software.name"
        case .leadID: "hallmark.leads.software.id"
        case .leadConfidence: "hallmark.leads.confidence"
        case .leadLabel: "hallmark.leads.label"
        case .urlScheme: "url.scheme"
        case .dataset: "event.dataset"
        case .fidelity: "hallmark.source.fidelity"
        case .filePath: "file.path"
        case .rootTrust: "hallmark.root.trust"
        case .isAuthority: "hallmark.certificate.is_ca"
        }
    }

    /// The field's name in the record, without what marks how it is read.
    package var name: String { path.replacing("[]", with: "").replacing("=", with: "") }
}
