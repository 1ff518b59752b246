import Foundation
import Observations

/// A file that may be packed, an array or over many lines, as it is read for observations and as a whole.
func fuzzPacked(_ bytes: [UInt8]) {
    let path = NSTemporaryDirectory() + "hallmark-fuzz-\(getpid())-\(UInt64.random(in: .min ... .max))"
    guard (try? Data(bytes).write(to: URL(fileURLWithPath: path))) != nil else { return }
    defer { unlink(path) }
    do {
        var reader = try LineReader(path)
        var lines = 0
        while lines < 1000, let count = try reader.next({ $0.count }) {
            precondition(count > 0)
            lines += 1
        }
    } catch { precondition(error is FileError) }
    if let whole = try? UnpackedBytes.contents(of: path, limit: 1 << 20) {
        precondition(whole.count <= 1 << 20)
    }
    _ = try? CertificateFile.look(at: path)
}

func packedSeeds() -> [[UInt8]] {
    let packed = [
        // The same record by gzip -9, twice, and by zstd -19.
        "H4sIAAAAAAACA6tWSi1LzStRsqpWyi8tSc7PTVWyUiouTU5OLS5WqtVRKk4tKkstAklnFgBljAyM9Qz0DA2N9cyVdJQK8ouAOk1MjGtr"
            + "uaqpZRAAbZIVtZIAAAA=",
        "KLUv/QRo9QEAkoQOEKCvBhM527rpP0qmd+H+3KDgXnNOesYHDyNhCBFDmFFOQ7ZNx1Xjkoe7lEspKk+v9tSkb5uebtW1DQAWZGfl",
    ]
    let texts = [
        "\u{feff}[{\"a\":\"]\\\"}\"},\n {\"b\":[1, 2]}]",
        "{\n \"a\": {\n \"b\": \"}\"\n }\n}\n{\n \"c\": 1}\n",
    ]
    return packed.compactMap { Data(base64Encoded: $0).map { [UInt8]($0) } } + texts.map { Array($0.utf8) }
}
