import Bytes

/// The certificates among the blocks of a text (RFC 7468).
///
/// It is read as people paste it: indented, in YAML or JSON with `\n` for a line's end, or without line ends.
/// What says that it is a certificate and is none is a fault, never passed over.
struct PEMBlocks {
    private(set) var certificates: [[UInt8]] = []
    private(set) var faults: [(line: Int, reason: String)] = []
    /// What the other blocks say that they are, each once.
    private(set) var otherLabels: [String] = []

    private static let begin = Array("-----BEGIN ".utf8)
    private static let end = Array("-----END ".utf8)
    private static let trusted = "TRUSTED CERTIFICATE"
    private static let labels: Set<String> = ["CERTIFICATE", "X509 CERTIFICATE", trusted]

    /// Whether what OpenSSL notes behind a certificate stays behind it.
    private let keepsTrust: Bool

    init(_ bytes: [UInt8], keepingTrust: Bool = false) {
        keepsTrust = keepingTrust
        var line = 1
        var place = 0
        while let start = ByteSearch.first(Self.begin, in: bytes, from: place) {
            lookOutside(bytes[place..<start.lowerBound], line)
            line += Self.lines(bytes[place..<start.lowerBound])
            let rest = bytes[start.upperBound...]
            // A label is short, and stands on one line.
            let label = rest.prefix(64).prefix { $0 != 0x2d && $0 != 0x0a && $0 != 0x0d }
            let name = String(decoding: label, as: UTF8.self)
            var body = rest.dropFirst(label.count)
            body = body.dropFirst(body.prefix(5).prefix { $0 == 0x2d }.count)
            let stop = Self.stop(bytes, body.startIndex)
            if Self.labels.contains(name) {
                let isEnded = bytes[stop...].starts(with: Self.end)
                read(body[..<stop], line, isEnded: isEnded, isTrusted: name == Self.trusted)
            } else if otherLabels.count < 8 {
                let shown = name.lowercased().filter {
                    $0.isASCII && ($0.isLetter || $0.isNumber || $0 == " ")
                }
                if !otherLabels.contains(shown) { otherLabels.append(shown) }
            }
            line += Self.lines(bytes[start.lowerBound..<stop])
            place = stop
        }
        if place > 0 { lookOutside(bytes[place...], line) }
    }

    /// Finds whole lines of JSON between blocks or behind them: records, which nobody would read here.
    ///
    /// Comments are passed over, and so is JSON that has the blocks in it.
    private mutating func lookOutside(_ text: ArraySlice<UInt8>, _ line: Int) {
        guard text.contains(0x7b) else { return }
        let lines = text.split(separator: 0x0a, omittingEmptySubsequences: false)
        for (place, whole) in lines.enumerated() {
            let words = whole.filter { $0 > 0x20 }
            let isJSON = words.starts(with: Array("{\"".utf8)) || words.starts(with: Array("[{".utf8))
            guard isJSON, let last = words.last, [0x7d, 0x5d, 0x2c].contains(last), words.count > 8 else {
                continue
            }
            return faults.append((line + place, "a line of JSON beside the certificates, which is not read"))
        }
    }

    /// Where a block's body ends: before the next line of dashes, or with the text.
    private static func stop(_ bytes: [UInt8], _ start: Int) -> Int {
        let dashes = Array("-----".utf8)
        return ByteSearch.first(dashes, in: bytes, from: start)?.lowerBound ?? bytes.count
    }

    private static func lines(_ bytes: ArraySlice<UInt8>) -> Int { bytes.count { $0 == 0x0a } }

    /// - Parameter isTrusted: whether OpenSSL's notes on what the certificate is trusted for follow it.
    private mutating func read(_ body: ArraySlice<UInt8>, _ line: Int, isEnded: Bool, isTrusted: Bool) {
        var text: [UInt8] = []
        var at = line
        var place = body.startIndex
        while place < body.endIndex {
            let byte = body[place]
            place += 1
            switch byte {
            case 0x0a: at += 1
            case 0x20, 0x09, 0x0d: continue
            case 0x5c where place < body.endIndex && (body[place] == 0x6e || body[place] == 0x72): place += 1
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2b, 0x2f, 0x3d: text.append(byte)
            default:
                return faults.append((at, "a character that is no base64 stands in the certificate's text"))
            }
        }
        guard isEnded else { return faults.append((line, "the certificate's block has no END")) }
        guard let der = text.withUnsafeBytes({ [UInt8](base64: $0) }), !der.isEmpty else {
            return faults.append((line, "the certificate's text is no base64"))
        }
        if let refusal = InputFormat(der).certificateRefusal {
            return faults.append((line, "the block says that it is a certificate and \(refusal)"))
        }
        let found = DERCertificates(der)
        if isTrusted, let certificate = found.certificates.first {
            certificates.append(keepsTrust ? der : certificate)
        } else {
            certificates += found.certificates
        }
        if let fault = found.fault, !isTrusted || found.certificates.isEmpty { faults.append((line, fault)) }
    }
}
