import Foundation
import Observations

/// A public key of minisign (https://jedisct1.github.io/minisign/): an Ed25519 key and its number.
package struct MinisignKey: Sendable, Equatable {
    /// Eight bytes by which a signature names its key.
    let number: [UInt8]
    private let key: [UInt8]

    /// - Parameter text: the base64 text, or a key file: a comment and the base64 text below it.
    package init(_ text: String) throws(RuleUpdateError) {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        let line = lines.last { !$0.isEmpty } ?? ""
        guard let bytes = Data(base64Encoded: line).map([UInt8].init), bytes.count == 42,
            bytes.starts(with: Array("Ed".utf8))
        else { throw RuleUpdateError("the key is no public key of minisign") }
        number = Array(bytes[2..<10])
        key = Array(bytes[10...])
    }

    /// The number as minisign writes it: 16 digits, the last byte first.
    package var name: String {
        number.reversed().map { String(UInt16($0) | 0x100, radix: 16, uppercase: true).dropFirst() }.joined()
    }

    /// Whether this key made the signature of `message` (RFC 8032).
    func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        Ed25519.verifies(signature, of: message, key: key)
    }
}

/// Why an update is not taken.
package struct RuleUpdateError: Error, CustomStringConvertible, Equatable {
    package let description: String

    package init(_ description: String) { self.description = description }
}
