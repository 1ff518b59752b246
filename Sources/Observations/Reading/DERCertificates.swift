import Bytes
import Wire

/// The certificates that lie one behind the other in DER.
///
/// A server's certificate is read however broken it is. In a file, one that ends before its own length says
/// was cut on its way: its digest is that of no certificate which anybody was shown.
struct DERCertificates {
    private(set) var certificates: [[UInt8]] = []
    /// Why the bytes are not certificates to their end; nil when they are.
    private(set) var fault: String?
    /// How many bytes the certificates take.
    private(set) var end = 0

    init(_ bytes: [UInt8]) {
        var cursor = DERCursor(ByteRange(0, bytes.count))
        while !bytes[cursor.place...].allSatisfy(InputFormat.isBlank) {
            let start = cursor.place
            var faults: DERFaults = []
            guard InputFormat(bytes[start...]) == .certificate,
                let element = cursor.next(bytes.span, &faults), cursor.place > start
            else {
                let rest = bytes.count - start
                let (size, are) = (noun("byte", for: rest), rest == 1 ? "is" : "are")
                fault =
                    start == 0 ? "is no certificate" : "\(rest) \(size) behind the certificate \(are) none"
                return
            }
            if faults.contains(.overrun) {
                fault = "the certificate is cut: it goes on beyond byte \(bytes.count)"
                return
            }
            end = element.whole.indices.upperBound
            certificates.append(Array(bytes[start..<end]))
        }
    }
}
