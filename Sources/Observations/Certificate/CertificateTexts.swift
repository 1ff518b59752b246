import Bytes
import Wire

/// Comparisons of a certificate's texts, wherever each of them lies.
extension CertificateIndex {
    /// Calls `body` with the text's UTF-8.
    func with(_ text: CertificateText, _ bytes: Span<UInt8>, _ body: (Span<UInt8>) -> Bool) -> Bool {
        switch text.place {
        case .certificate: body(bytes.extracting(text.range.indices))
        case .converted, .hexadecimal: body(reading.converted.span.extracting(text.range.indices))
        }
    }

    func areEqual(_ one: CertificateText?, _ other: CertificateText?, _ bytes: Span<UInt8>) -> Bool {
        guard let one, let other, one.range.count == other.range.count, !one.isEmpty else { return false }
        return with(one, bytes) { left in with(other, bytes) { Observations.areEqual(left, $0) } }
    }
}

/// The first value of each part that relations are about.
struct NameValues {
    private(set) var commonName: CertificateText?
    private(set) var country: CertificateText?
    private(set) var locality: CertificateText?
    private(set) var organization: CertificateText?
    private(set) var unit: CertificateText?
    private(set) var state: CertificateText?
    private(set) var email: CertificateText?

    init(_ attributes: Span<NameAttribute>) {
        for place in attributes.indices {
            let text = attributes[place].text
            switch attributes[place].part {
            case .commonName: commonName = commonName ?? text
            case .country: country = country ?? text
            case .locality: locality = locality ?? text
            case .organization: organization = organization ?? text
            case .organizationalUnit: unit = unit ?? text
            case .stateOrProvince: state = state ?? text
            case .emailAddress: email = email ?? text
            default: break
            }
        }
    }
}
