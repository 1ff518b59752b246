import COpenSSL
import Foundation

/// A signature file of minisign: the signature, and a comment that is signed as well.
package struct MinisignSignature: Sendable {
    /// What the signer says of the file; it was signed with it.
    package let trustedComment: String
    private let isHashed: Bool
    private let number: [UInt8]
    private let signature: [UInt8]
    private let commentSignature: [UInt8]

    /// Reads a `.minisig` file.
    package init(_ text: String) throws(RuleUpdateError) {
        let damaged = RuleUpdateError("the signature is no signature of minisign")
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        let trusted = "trusted comment: "
        guard lines.count >= 4, lines[0].hasPrefix("untrusted comment: "), lines[2].hasPrefix(trusted),
            let body = Data(base64Encoded: lines[1]).map([UInt8].init), body.count == 74,
            let comment = Data(base64Encoded: lines[3]).map([UInt8].init), comment.count == 64
        else { throw damaged }
        switch (body[0], body[1]) {
        case (0x45, 0x44): isHashed = true  // ED: of the file's BLAKE2b
        case (0x45, 0x64): isHashed = false  // Ed: of the file itself
        default: throw damaged
        }
        number = Array(body[2..<10])
        signature = Array(body[10...])
        commentSignature = comment
        trustedComment = String(lines[2].dropFirst(trusted.count))
    }

    /// - Throws: when `key` did not sign just this file with just this comment.
    package func check(_ file: [UInt8], by key: MinisignKey) throws(RuleUpdateError) {
        guard number == key.number else {
            throw RuleUpdateError("it is signed by another key than \(key.name)")
        }
        let message = isHashed ? Self.blake2b(file) : file
        guard let message, key.verifies(signature, of: message) else {
            throw RuleUpdateError("the signature is not of this file: it was changed, or is not whole")
        }
        guard key.verifies(commentSignature, of: signature + Array(trustedComment.utf8)) else {
            throw RuleUpdateError("the signature's comment was changed")
        }
    }

    /// BLAKE2b with 64 bytes; nil where libcrypto has none.
    private static func blake2b(_ bytes: [UInt8]) -> [UInt8]? {
        defer { ERR_clear_error() }
        var digest = [UInt8](repeating: 0, count: 64)
        let isMade = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_blake2b512(), nil) == 1
        return isMade ? digest : nil
    }
}
