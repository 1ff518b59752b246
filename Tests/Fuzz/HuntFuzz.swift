import Bytes
import Hunting
import Observations

/// Records, ranked among themselves: the bits are numbers, and no endpoint has fewer than none.
func fuzzHunt(_ bytes: [UInt8]) {
    let table = HuntTable()
    for line in bytes.split(separator: 0x0a).prefix(4) {
        let padded = Array(line) + Array(repeating: 0x20, count: RecordPicker.padding)
        padded.withUnsafeBytes { _ = table.add(line: UnsafeRawBufferPointer(rebasing: $0[..<line.count])) }
    }
    // The reader is what is fuzzed; ranking is the same for most of what it takes.
    guard bytes.reduce(0, { $0 &+ $1 }) % 16 == 0 else { return }
    for (place, result) in Hunt(table, common: CommonMarks(), limit: 100).found.enumerated() {
        precondition(result.bits.isFinite && result.bits > 0 && !result.marks.isEmpty)
        var line = ByteBuffer()
        result.append(rank: place + 1, to: &line)
        let written = Array(line.text.utf8)
        precondition(written.withUnsafeBytes { (try? JSONTree().read($0)) != nil }, "the line is JSON")
    }
}

func huntSeeds() -> [[UInt8]] {
    let lines = (0..<3).map { number in
        #"{"event":{"outcome":"success"},"server":{"ip":"192.0.2.\#(number)","port":\#(number == 2 ? 8080 : 443)},"#
            + #""tls":{"server":{"jarm":"27d4","hash":{"sha256":"0\#(number)"},"x509":{"serial_number":"08BB","public_key_algorithm":"RSA","#
            + #""public_key_size":2048,"issuer":{"distinguished_name":"CN=a"}}}},"http":{"response":{"header":{"server":["x","y"]}}},"#
            + #""hallmark":{"certificate":{"spki_sha256":"0A","validity_seconds":7775999,"anomalies":["a"]},"leads":[{"software":{"name":"s"},"confidence":3}]}}"#
    }
    return [Array(lines.joined(separator: "\n").utf8)]
}
