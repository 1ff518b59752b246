/// Why a plaintext dialogue did not lead to TLS.
package struct StartTLSFailure: Error, Equatable, Sendable {
    package enum Reason: Sendable, Equatable {
        /// The server speaks the protocol and does not offer TLS, or declines it.
        case refused
        /// The server speaks the protocol and turned the client away, broke the dialogue off or broke its
        /// rules.
        case error
        /// The server does not speak the protocol.
        case otherProtocol
        /// The server sent more than a dialogue can need.
        case limit
    }

    /// Characters of a message.
    package static let messageLimit = 256

    package var reason: Reason
    /// What the server said, or what was missing: one line without control characters.
    package var message: String
    /// The protocol says that this passes, so that asking again makes sense.
    package var isTemporary: Bool
    /// The name that the server says it answers for, where it does not know the one it was asked for.
    package var otherName: String?

    package init(_ reason: Reason, _ message: String, isTemporary: Bool = false, otherName: String? = nil) {
        self.reason = reason
        self.message = Self.oneLine(message)
        self.isTemporary = isTemporary
        self.otherName = otherName
    }

    /// `text` with runs of blanks and invisible characters folded into one blank, cut at `messageLimit`.
    private static func oneLine(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var needsBlank = false
        for scalar in text.unicodeScalars {
            guard isVisible(scalar) else {
                needsBlank = !result.isEmpty
                continue
            }
            guard result.count + (needsBlank ? 1 : 0) < messageLimit else {
                result.append("…")
                break
            }
            if needsBlank { result.append(" ") }
            needsBlank = false
            result.append(scalar)
        }
        return String(result)
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator: false
        default: true
        }
    }
}
