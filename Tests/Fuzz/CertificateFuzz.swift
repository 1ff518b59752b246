import Bytes
import Foundation
import Observations
import Wire

/// A certificate by itself, as a leaf, as its own chain, and cut in two.
func fuzzCertificate(_ bytes: [UInt8]) {
    var index = CertificateIndex()
    let isRead = index.read(bytes.span)
    check(index, bytes.count)
    let middle = bytes.count / 2
    let chains: [[ByteRange]] = [
        [ByteRange(0, bytes.count)],
        [ByteRange(0, bytes.count), ByteRange(0, bytes.count), ByteRange(0, middle)],
        [ByteRange(middle, bytes.count), ByteRange(-1, 5), ByteRange(0, bytes.count + 1), ByteRange(3, 1)],
    ]
    var encoder = CertificateEncoder()
    for chain in chains {
        encoder.read(bytes.span, chain.span)
        precondition(chain[0].start > 0 || encoder.isReadable == isRead)
        var out = ByteBuffer()
        out.append(0x7b)
        encoder.writeServer(to: &out)
        encoder.writeCertificate(to: &out)
        out.append(0x7d)
        out.withSpan { checkJSON($0) }
        _ = encoder.covers(name: "a.seed.test")
        _ = encoder.covers(name: "192.0.2.1")
        _ = encoder.validityDays
    }
    checkMemory(bytes)
}

/// A chain written from memory is the one that was read.
private func checkMemory(_ bytes: [UInt8]) {
    var chain = CertificateChain(maximumCount: 2, maximumBytes: 1 << 20)
    chain.append(bytes.span)
    chain.append(bytes.span.extracting(0..<bytes.count / 2))
    var cache = ChainCache()
    var texts: [String] = []
    for _ in 0..<3 {
        cache.read(chain)
        var out = ByteBuffer()
        out.append(0x7b)
        cache.writeServer(to: &out)
        cache.writeCertificate(to: &out)
        out.append(0x7d)
        out.withSpan { checkJSON($0) }
        texts.append(out.withSpan { $0.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } })
    }
    precondition(texts[0] == texts[1] && texts[1] == texts[2])
}

func certificateSeeds() -> [[UInt8]] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Seeds")
    let seeds = ["rich", "bmp", "ed", "explicit"].compactMap {
        try? [UInt8](Data(contentsOf: folder.appendingPathComponent("certificate-\($0).der")))
    }
    precondition(seeds.count == 4, "the seeds are not in \(folder.path)")
    return seeds
}

/// Whatever came in, each range lies inside of it, and no list is longer than the bytes allow.
private func check(_ index: borrowing CertificateIndex, _ count: Int) {
    func holds(_ range: ByteRange) -> Bool {
        range.start >= 0 && range.start <= range.end && Int(range.end) <= count
    }
    func holds(_ text: CertificateText) -> Bool {
        text.place == .certificate ? holds(text.range) : Int(text.range.end) <= index.reading.converted.count
    }
    precondition(holds(index.tbs.whole) && holds(index.serial) && holds(index.signature))
    precondition(holds(index.key.whole) && holds(index.key.bits) && holds(index.key.modulus))
    for attribute in index.subject + index.issuer + index.extensions.directoryAttributes {
        precondition(holds(attribute.type) && holds(attribute.value.whole) && holds(attribute.text))
    }
    precondition(index.subject.count <= 256 && index.extensions.all.count <= 256)
    for item in index.extensions.all {
        precondition(holds(item.whole) && holds(item.type) && holds(item.value))
    }
    for name in index.extensions.alternativeNames {
        precondition(holds(name.element.whole) && holds(name.text))
    }
    for text in index.extensions.crlURLs + index.extensions.ocspURLs { precondition(holds(text)) }
    for range in index.extensions.logIDs { precondition(holds(range) && range.count == 32) }
    precondition(index.reading.converted.count <= 3 * count + 64)
}

/// UTF-8 without control characters, strings closed and brackets in pairs.
private func checkJSON(_ bytes: Span<UInt8>) {
    var (depth, isString, isEscaped) = (0, false, false)
    for index in bytes.indices {
        let byte = bytes[index]
        precondition(byte >= 0x20 && byte != 0x7f)
        if isEscaped {
            isEscaped = false
        } else if isString {
            isEscaped = byte == 0x5c
            if byte == 0x22 { isString = false }
        } else {
            switch byte {
            case 0x22: isString = true
            case 0x7b, 0x5b: depth += 1
            case 0x7d, 0x5d: depth -= 1
            default: break
            }
        }
    }
    precondition(depth == 0 && !isString)
    let text = bytes.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
    precondition(text != nil)
}
