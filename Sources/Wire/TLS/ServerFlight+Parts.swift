extension ServerFlight {
    /// What the server answered to the session id of the ClientHello.
    package enum SessionID: String, Sendable {
        /// No ServerHello was seen.
        case unseen
        case empty
        case echoed
        case new
    }

    /// The mark in the server's random of one that would have spoken a newer version (RFC 8446, section
    /// 4.1.3).
    package enum DowngradeSentinel: String, Sendable {
        case tls12
        case tls11
    }

    /// A session id of ours: no part of what the server showed, so that any two are equal.
    struct OfferedSessionID: Equatable, Sendable {
        var bytes = InlineArray<32, UInt8>(repeating: 0)
        var count = 0

        static func == (one: OfferedSessionID, other: OfferedSessionID) -> Bool { true }
    }

    /// How a server ended a connection.
    package enum Close: String, Sendable {
        case alert
        case close
        case reset
        case timeout
    }

    /// A request for another ClientHello (RFC 8446, section 4.1.4).
    package struct HelloRetryRequest: Equatable, Sendable {
        package internal(set) var isPresent = false
        package internal(set) var suite: UInt16 = 0

        /// The group that the server wants a key share of; nil when it asked for none.
        package internal(set) var group: UInt16?
        package internal(set) var extensions = ExtensionList()

        mutating func reset() {
            isPresent = false
            suite = 0
            group = nil
            extensions.reset()
        }
    }

    /// A record as it lay on the wire.
    package struct Record: Equatable, Sendable {
        /// The content type outside of any encryption.
        package var type: UInt8

        /// Bytes after the header.
        package var length: UInt16

        package init(type: UInt8, length: UInt16) {
            self.type = type
            self.length = length
        }
    }

    /// An alert (RFC 8446, section 6).
    package struct Alert: Equatable, Sendable {
        package var level: UInt8
        package var code: UInt8

        package init(level: UInt8, code: UInt8) {
            self.level = level
            self.code = code
        }

        /// Fatal by its level, and close_notify, after which nothing comes either.
        package var isFinal: Bool { level != 1 || code == 0 }
    }
}
