import Foundation
import RuleUpdate

/// Archives and signatures of updates.
func fuzzUpdate(_ bytes: [UInt8]) {
    if let archive = try? TarArchive(bytes) {
        for file in archive.files {
            precondition(!file.path.hasPrefix("/") && !file.path.split(separator: "/").contains(".."))
        }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let key = try? MinisignKey(updateKey)
    if let key, let signature = try? MinisignSignature(text) {
        precondition((try? signature.check([1], by: key)) == nil, "forged")
    }
    _ = try? MinisignKey(text)
}

private let updateKey = "RWSixFXaqsTlMUhmIcKFW+KG38XVgAl64WmynNE+/Zl3tlktBLmCcI8k"

/// An archive with one file, and a text that looks like a signature.
func updateSeeds() -> [[UInt8]] {
    var head = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ place: Int) {
        head.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
    }
    put("signatures/a.yml", 0)
    put("0000644", 100)
    put("00000000003", 124)
    put("0", 156)
    put("ustar", 257)
    put("        ", 148)
    let sum = head.reduce(0) { $0 + Int($1) }
    put(String(format: "%06o", sum) + "\0 ", 148)
    let archive = head + Array("a:\n".utf8) + [UInt8](repeating: 0, count: 509 + 1024)
    let body = Data([0x45, 0x44] + [UInt8](repeating: 7, count: 72)).base64EncodedString()
    let comment = Data([UInt8](repeating: 7, count: 64)).base64EncodedString()
    let signature = "untrusted comment: a\n\(body)\ntrusted comment: b\n\(comment)\n"
    return [archive, Array(signature.utf8), Array(updateKey.utf8)]
}
