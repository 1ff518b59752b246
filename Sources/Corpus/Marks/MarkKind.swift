package import Observations

/// What a mark is of: a property that certificates or services can share.
///
/// The raw values stand in corpus files and never change.
package enum MarkKind: Int, CaseIterable, Sendable {
    // Of a certificate.
    case key = 1
    case tbs = 2
    case serial = 3
    case window = 4
    case begin = 5
    case shape = 6
    case subject = 10
    case subjectCommonName = 11
    case subjectOrganization = 12
    case subjectUnit = 13
    case subjectLocality = 14
    case subjectState = 15
    case subjectCountry = 16
    case subjectEmail = 17
    case issuer = 20
    case issuerCommonName = 21
    case issuerOrganization = 22
    case issuerUnit = 23
    case issuerLocality = 24
    case issuerState = 25
    case issuerCountry = 26
    case issuerEmail = 27
    case name = 30
    case nameSet = 31
    case namePattern = 32
    case authorityKey = 33
    case subjectKeyID = 34
    // Of a service: what one connection to it showed besides the certificate.
    case jarm = 60
    case stack = 61
    case ja3s = 62
    case ja4s = 63
    case headerOrder = 64
    case headers = 65
    case html = 66
    case body = 67
    case favicon = 68
    case title = 69
    case server = 70
    case protocolVersion = 71
    case ja4x = 72

    package var isOfService: Bool { rawValue >= 60 }

    /// The record's field that the value is from, by which a query names the mark.
    ///
    /// Three marks are made of several fields and have a name of their own.
    package var field: String {
        switch self {
        case .window: "validity"
        case .shape: "shape"
        case .namePattern: "name_pattern"
        case .nameSet: "hallmark.certificate.alternative_names_text"
        default: source?.name ?? ""
        }
    }

    /// The short name that a query may use in place of the field.
    package var alias: String {
        switch self {
        case .key: "key"
        case .tbs: "tbs"
        case .serial: "serial"
        case .window: "validity"
        case .begin: "not_before"
        case .shape: "shape"
        case .subject: "subject"
        case .subjectCommonName: "subject.cn"
        case .subjectOrganization: "subject.o"
        case .subjectUnit: "subject.ou"
        case .subjectLocality: "subject.l"
        case .subjectState: "subject.st"
        case .subjectCountry: "subject.c"
        case .subjectEmail: "subject.email"
        case .issuer: "issuer"
        case .issuerCommonName: "issuer.cn"
        case .issuerOrganization: "issuer.o"
        case .issuerUnit: "issuer.ou"
        case .issuerLocality: "issuer.l"
        case .issuerState: "issuer.st"
        case .issuerCountry: "issuer.c"
        case .issuerEmail: "issuer.email"
        case .name: "name"
        case .nameSet: "names"
        case .namePattern: "name_pattern"
        case .authorityKey: "aki"
        case .subjectKeyID: "ski"
        case .ja4x: "ja4x"
        case .jarm: "jarm"
        case .stack: "stack"
        case .ja3s: "ja3s"
        case .ja4s: "ja4s"
        case .headerOrder: "header_order"
        case .headers: "headers_hash"
        case .html: "html_hash"
        case .body: "body"
        case .favicon: "favicon"
        case .title: "title"
        case .server: "server"
        case .protocolVersion: "tls"
        }
    }

    /// The field that holds the value as it is, where there is one.
    package var source: RecordField? {
        switch self {
        case .key: .spki
        case .tbs: .tbs
        case .serial: .serialNumber
        case .begin: .notBefore
        case .subject: .subject
        case .subjectCommonName: .subjectCommonName
        case .subjectOrganization: .subjectOrganization
        case .subjectUnit: .subjectUnit
        case .subjectLocality: .subjectLocality
        case .subjectState: .subjectState
        case .subjectCountry: .subjectCountry
        case .subjectEmail: .subjectEmail
        case .issuer: .issuer
        case .issuerCommonName: .issuerCommonName
        case .issuerOrganization: .issuerOrganization
        case .issuerUnit: .issuerUnit
        case .issuerLocality: .issuerLocality
        case .issuerState: .issuerState
        case .issuerCountry: .issuerCountry
        case .issuerEmail: .issuerEmail
        case .name: .alternativeNames
        case .authorityKey: .authorityKeyID
        case .subjectKeyID: .subjectKeyID
        case .ja4x: .ja4x
        case .jarm: .jarm
        case .stack: .stack
        case .ja3s: .ja3s
        case .ja4s: .ja4s
        case .headerOrder: .headerOrderHash
        case .headers: .headersHash
        case .html: .htmlHash
        case .body: .bodySHA256
        case .favicon: .faviconHash
        case .title: .httpTitle
        case .server: .httpServer
        case .protocolVersion: .tlsVersion
        case .window, .shape, .nameSet, .namePattern: nil
        }
    }

    /// Marks of one family say the same thing more or less exactly, so that only the rarest of them counts.
    package var family: Family {
        switch self {
        case .key, .subjectKeyID: .key
        case .tbs: .certificate
        case .serial: .serial
        case .window, .begin: .validity
        case .shape, .ja4x: .shape
        case .subject, .subjectCommonName, .subjectOrganization, .subjectUnit, .subjectLocality,
            .subjectState, .subjectCountry, .subjectEmail:
            .subject
        case .issuer, .issuerCommonName, .issuerOrganization, .issuerUnit, .issuerLocality, .issuerState,
            .issuerCountry, .issuerEmail, .authorityKey:
            .issuer
        case .name, .nameSet, .namePattern: .names
        case .jarm, .stack, .ja3s, .ja4s, .protocolVersion: .tls
        case .headerOrder, .headers, .server: .headers
        case .html, .body, .title: .content
        case .favicon: .favicon
        }
    }

    package enum Family: Int, CaseIterable, Sendable {
        case key, certificate, serial, validity, shape, subject, issuer, names, tls, headers, content, favicon
    }

    /// The kind that a query names by field or short name.
    package init?(query name: String) {
        let name = name.lowercased()
        guard
            let kind = Self.allCases.first(where: { $0.alias == name })
                ?? Self.allCases.first(where: { $0.field == name })
                ?? (name == "hallmark.certificate.serial.integer" ? .serial : nil)
        else { return nil }
        self = kind
    }
}
