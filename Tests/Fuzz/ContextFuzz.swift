import Bytes
import Context

/// An answer of OCSP and a revocation list, and a line that gets a context.
func fuzzContext(_ bytes: [UInt8]) {
    let half = bytes.count / 2
    let (head, tail) = (Array(bytes[..<half]), Array(bytes[half...]))
    _ = RevocationProof.read(answer: bytes, leaf: tail, issuer: head, now: 0)
    _ = RevocationProof.read(list: bytes, leaf: tail, issuer: head, now: .max)
    var context = RecordContext()
    context.hosting = HostingContext()
    var out = ByteBuffer()
    context.append(bytes.span, to: &out)
    precondition(out.count < 2 * bytes.count + 256, "a line grows without a bound")
}

func contextSeeds() -> [[UInt8]] {
    let lines = [
        #"{"server":{"ip":"192.0.2.1"},"hallmark":{"context":{"a":[1,"}"]},"b":2}}"#,
        #"{"hallmark":{"con\u0074ext":{}}}"#,
    ]
    // A response of OCSP without an answer: tryLater.
    return lines.map { Array($0.utf8) } + [[0x30, 3, 0x0a, 1, 3]]
}
