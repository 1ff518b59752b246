import Bytes
import Foundation
import PublicSuffix
import Transparency

/// What logs answer, in both interfaces.
func fuzzLogAnswer(_ bytes: [UInt8]) {
    if let head = try? TreeHead(sth: bytes) { _ = head.signedBytes }
    if let head = try? TreeHead(checkpoint: bytes, logID: .empty) { _ = head.signedBytes }
    if let entries = try? LogAnswers.entries(bytes, first: .max - 1, most: 8) { entries.forEach(look) }
    _ = try? LogAnswers.consistency(bytes)
    if let (entry, path) = try? LogAnswers.entryAndProof(bytes, index: 5) {
        look(entry)
        let leaf = TreeHash.leaf(entry.leaf.span)
        for size in [UInt64(6), 7, .max] {
            _ = MerkleProof.root(of: leaf, at: 5, size: size, path: path)
            _ = MerkleProof.tree(endingIn: leaf, at: 5, size: size, path: path, root: .empty)
            _ = MerkleProof.isConsistent(5, leaf, size, .empty, proof: path)
        }
    }
    _ = try? LogAnswers.proof(bytes)
    if let list = try? LogList(bytes) {
        precondition(
            list.logs.allSatisfy { TreeHash(of: $0.key.span) == $0.logID },
            "a log with another's identifier"
        )
        _ = list.logs.first.map { LogKey($0.key) }
    }
}

/// Bytes of tiles, leaves and SCTs.
func fuzzLogBytes(_ bytes: [UInt8]) {
    let (entries, _, isWhole) = TileEntries.read(bytes, first: 7)
    precondition(entries.count <= TileEntries.width)
    precondition(!isWhole || !entries.isEmpty || bytes.isEmpty, "a tile that is whole and empty")
    entries.forEach(look)
    _ = StapledTimestamps.list(in: bytes)
    var entry = LogEntry(index: 0, leaf: bytes)
    look(entry)
    _ = entry.read(extra: bytes)
    _ = HashTile(bytes, width: 3)?.subtrees(3)
    for timestamp in SignedTimestamp.list(bytes).timestamps {
        _ = timestamp.leafIndex
        _ = timestamp.leaf(certificate: [])
    }
    _ = LogKey(bytes)
    _ = TimestampCheck(LogList(logs: [])).embedded(bytes, chain: [bytes], now: 0)
    var reader = IssuedCertificateReader()
    if var certificate = reader.read(bytes[...]) { reader.addDigests(bytes[...], to: &certificate) }
}

/// Names in certificates.
func fuzzLoggedName(_ bytes: [UInt8]) {
    let name = String(decoding: bytes, as: UTF8.self)
    for form in NameText.forms(name) {
        _ = NameText.unicode(form)
        for label in form.split(separator: ".") { _ = Punycode.decode(label) }
        _ = finder.find(form)
    }
}

private let finder = LookalikeFinder(
    ["bank-example.com", "größe.de"],
    suffixes: PublicSuffixList(Array("com\nde\nco.uk\n".utf8)),
    skeletons: SkeletonTable("0430 a\n0435 e\n"),
    words: ["login"]
)

private func look(_ entry: LogEntry) {
    _ = entry.certificate
    _ = entry.body
    _ = entry.issuerKeyHash
    var tree = CollapsedTree()
    tree.add(leaf: .leaf(entry.leaf.span))
    _ = tree.root
}

func logAnswerSeeds() -> [[UInt8]] {
    let hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    let entry = "{\"leaf_input\":\"AAAAAAAAAAAAAQAAAAADMAABAAA=\",\"extra_data\":\"AAAA\""
    return [
        "{\"tree_size\":3,\"timestamp\":1,\"sha256_root_hash\":\"\(hash)\",\"tree_head_signature\":\"BAMAAA==\"}",
        "{\"entries\":[\(entry)}]}", "\(entry),\"audit_path\":[\"\(hash)\"]}",
        "{\"consistency\":[\"\(hash)\"]}",
        "{\"leaf_index\":1,\"audit_path\":[\"\(hash)\"]}",
        "log.test\n3\n\(hash)\n\n\u{2014} log.test AAAAAAAAAAAAAAAABAMAAA==\n",
        "{\"operators\":[{\"name\":\"a\",\"logs\":[{\"url\":\"https://a/\",\"key\":\"MAA=\",\"log_id\":\"\(hash)\",\"mmd\":86400,"
            + "\"state\":{\"usable\":{}}}],\"tiled_logs\":[{\"monitoring_url\":\"https://a/\"}]}]}",
    ].map { Array($0.utf8) }
}

func logBytesSeeds() -> [[UInt8]] {
    let time = [UInt8](repeating: 0, count: 8)
    let certificate: [UInt8] = [0, 0, 2, 0x30, 0]
    let hash = [UInt8](repeating: 7, count: 32)
    let plain = time + [0, 0] + certificate + [0, 0]
    let poisoned = time + [0, 1] + hash + certificate + [0, 8, 0, 0, 5, 0, 0, 0, 0, 1]
    let timestamp = [0] + hash + time + [0, 0, 4, 3, 0, 0]
    let list = [0, UInt8(timestamp.count)] + timestamp
    return [
        plain + [0, 32] + hash, poisoned + certificate + [0, 0], [0, 0] + plain, [0, 0] + poisoned,
        [0, UInt8(list.count)] + list, hash + hash + hash,
    ]
}

func loggedNameSeeds() -> [[UInt8]] {
    ["*.login-bank-example.com.", "xn--gre-hoa3i.de", "bank-example.com\0.evil.de", "b\u{430}nk-example.com"]
        .map {
            Array($0.utf8)
        }
}
