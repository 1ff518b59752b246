/// What a file holds, told by its first bytes.
package enum InputFormat: String, CaseIterable, Sendable {
    case empty, lines, jsonArray, jsonDocument, pem, certificate, pkcs12, pkcs7, request, privateKey
    case revocations, gzip, zstd, utf16, utf32, sequence, other

    /// How many of the first bytes are enough.
    package static let headSize = 4096

    /// - Parameter head: the first bytes of a file, `headSize` of them if it has as many.
    package init(_ head: some RandomAccessCollection<UInt8>) {
        let head = Array(head.prefix(Self.headSize))
        let text = head.drop { Self.isBlank($0) }
        if head.starts(with: [0x1f, 0x8b]) {
            self = .gzip
        } else if head.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) {
            self = .zstd
        } else if head.starts(with: [0xff, 0xfe, 0, 0]) || head.starts(with: [0, 0, 0xfe, 0xff]) {
            self = .utf32
        } else if head.starts(with: [0xff, 0xfe]) || head.starts(with: [0xfe, 0xff]) || Self.isHalfEmpty(head)
        {
            self = .utf16
        } else if Self.beginsSequence(head) {
            self = Self.structure(head)
        } else if head.starts(with: [0xef, 0xbb, 0xbf]) {
            self = InputFormat(head.dropFirst(3))
        } else if text.first == 0x5b {
            self = .jsonArray
        } else if text.first == 0x7b {
            // A record stands on one line: a brace alone, with a member's name below, begins a document over
            // many.
            let rest = text.dropFirst().drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
            let below = rest.drop { Self.isBlank($0) }
            self = rest.first == 0x0a && below.first == 0x22 ? .jsonDocument : .lines
        } else if text.first == Self.separator {
            self = .sequence
        } else if text.isEmpty {
            self = .empty
        } else {
            self = Self.hasPEM(head, from: text.startIndex) ? .pem : .other
        }
    }

    /// Whether it is JSON that does not stand on lines.
    var isWholeJSON: Bool { self == .jsonArray || self == .jsonDocument || self == .sequence }

    /// Stands before each text of a sequence (RFC 7464).
    static let separator: UInt8 = 0x1e

    /// What this is called, and what can be done with it where observations are wanted; nil for what is read
    /// as lines, or as JSON that becomes lines.
    package var refusal: String? {
        switch self {
        case .empty, .lines, .jsonArray, .jsonDocument, .sequence, .other: nil
        case .pem: "holds PEM blocks, not observations"
        case .certificate: "is a certificate (DER), not observations"
        case .gzip, .zstd: "is packed twice; unpack it first"
        case .utf16: "is UTF-16; UTF-8 is read ('iconv -f UTF-16 -t UTF-8' writes it)"
        case .utf32: "is UTF-32; UTF-8 is read ('iconv -f UTF-32 -t UTF-8' writes it)"
        case .pkcs12, .pkcs7, .request, .privateKey, .revocations: certificateRefusal
        }
    }

    /// What this is called where a certificate is wanted; nil for a certificate.
    package var certificateRefusal: String? {
        switch self {
        case .certificate: nil
        case .pkcs12:
            "is a PKCS#12 store, not a certificate ('openssl pkcs12 -nokeys' writes its certificates)"
        case .pkcs7: "is PKCS#7, not a certificate ('openssl pkcs7 -print_certs' writes its certificates)"
        case .request: "is a certificate request (CSR), not a certificate"
        case .privateKey: "is a private key, not a certificate"
        case .revocations: "is a revocation list (CRL), not a certificate"
        default: "is no certificate"
        }
    }

    /// Whether a block begins on some line (RFC 7468, section 2), with explanations above it or not.
    ///
    /// Within a line somebody's text may have one: a log's URL, an XML document's attribute.
    private static func hasPEM(_ head: [UInt8], from start: Int) -> Bool {
        guard start < head.count, head[start] != 0x3c else { return false }
        return head[start...].split(separator: 0x0a).contains { line in
            line.drop { isBlank($0) }.starts(with: "-----BEGIN ".utf8)
        }
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

    /// Whether the bytes begin with a sequence of DER or BER, and not with the digit 0 of a text.
    private static func beginsSequence(_ head: [UInt8]) -> Bool {
        guard head.first == 0x30, head.count > 2 else { return false }
        // A short key's length takes one byte, and a number that no text has behind it comes first.
        return (0x80...0x84).contains(head[1]) || head[1] < 0x80 && head[2] == 0x02
    }

    /// UTF-16 without a mark: every second byte of an ASCII text is zero.
    private static func isHalfEmpty(_ head: [UInt8]) -> Bool {
        guard head.count >= 4 else { return false }
        return (head[0] == 0) != (head[1] == 0) && (head[2] == 0) == (head[0] == 0)
            && (head[3] == 0) == (head[1] == 0)
    }

    /// What a DER or BER sequence is, by the tags of its first elements.
    private static func structure(_ head: [UInt8]) -> InputFormat {
        let first = Element(head, 0).inside
        guard let tag = head[at: first] else { return .other }
        switch tag {
        case 0x06: return .pkcs7
        case 0x02:
            let version = Element(head, first)
            guard version.length == 1, let next = head[at: version.next] else { return .other }
            if next == 0x30 { return head[version.inside] == 3 ? .pkcs12 : .privateKey }
            return next == 0x02 || next == 0x04 ? .privateKey : .other
        case 0x30: return signed(head, Element(head, first))
        default: return .other
        }
    }

    /// What a signed structure is, by what is signed.
    private static func signed(_ head: [UInt8], _ body: Element) -> InputFormat {
        guard let tag = head[at: body.inside] else { return .other }
        switch tag {
        case 0xa0: return .certificate
        case 0x06: return head[at: body.next] == 0x04 ? .privateKey : .other
        case 0x30: return .revocations
        case 0x02:
            let number = Element(head, body.inside)
            guard head[at: number.next] == 0x30 else { return .other }
            let second = Element(head, number.next)
            if second.length == 0 || head[at: second.inside] == 0x31 { return .request }
            // After the algorithm and the issuer a certificate has its validity, a revocation list one time.
            let issuer = Element(head, second.next)
            return [0x17, 0x18].contains(head[at: issuer.next] ?? 0) ? .revocations : .certificate
        default: return .other
        }
    }

    /// Where an element's contents lie; past the end for one that is cut off.
    private struct Element {
        let inside: Int
        let length: Int
        var next: Int { inside + length }

        init(_ head: [UInt8], _ place: Int) {
            let code = Int(head[at: place + 1] ?? 0)
            let bytes = code < 0x80 ? 0 : code & 0x7f
            inside = place + 2 + bytes
            if bytes == 0 {
                length = code
            } else {
                let digits = head.dropFirst(place + 2).prefix(min(bytes, 4))
                length = digits.reduce(0) { $0 << 8 | Int($1) }
            }
        }
    }
}

extension [UInt8] {
    fileprivate subscript(at place: Int) -> UInt8? { indices.contains(place) ? self[place] : nil }
}
