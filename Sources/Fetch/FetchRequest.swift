package import Wire

/// What is to be fetched, and within which bounds.
///
/// Whoever answers is a stranger: nothing is read beyond the limits, and no redirect leads from https to
/// http.
package struct FetchRequest: Sendable {
    package var url: String
    /// What is posted; nil for GET.
    package var body: [UInt8]?
    /// The file whose bytes are posted instead, a piece at a time: as many as it has when it is opened.
    package var bodyFile: String?
    /// The media type of what is posted.
    package var bodyType = "application/octet-stream"
    /// The media types that are wanted; empty for any.
    package var accept = ""
    /// Headers beside those that follow from the rest; they go to no other host that a redirect names.
    package var headers: [(name: String, value: String)] = []
    /// Headers of the answer that are wanted beside those that have a place of their own.
    package var wantedHeaders: [String] = []
    /// Bytes of an answer's body at most, after decoding.
    package var mostBytes = 16 << 20
    /// Milliseconds for connecting, and for everything.
    package var connectTimeout = 15_000
    package var totalTimeout = 60_000
    /// Redirects that are followed at most.
    package var mostRedirects = 3
    /// How often it is tried at most; an answer that says to come later, or none at all, is tried again.
    package var mostAttempts = 3
    /// Bytes a second that an answer has to come at, on the average of half a minute; 0 for any.
    package var leastRate = 0
    /// Whether it waits for a connection to the same host that is being made, so as to share it (HTTP/2).
    ///
    /// Not for whom a stranger named: one that never ends its handshake would hold up the others.
    package var sharesConnections = true
    /// Where the host of `url` is, as somebody else found out; nil to ask the system.
    ///
    /// Hosts that redirects name are not among them.
    package var places: FetchPlaces?
    /// Told before another attempt: why, and after how many milliseconds it is made.
    package var onWait: (@Sendable (String, UInt64) -> Void)?
    /// Says of an address whether it may be connected to, for addresses that a stranger named.
    package var mayConnect: (@Sendable (IPAddress) -> Bool)?

    package init(_ url: String) { self.url = url }
}

/// An answer of a server, whatever it says.
package struct FetchResponse: Sendable {
    /// HTTP's status.
    package var status: Int
    /// The body, decoded.
    package var body: [UInt8]
    /// The media type, without anything behind it; empty when the server names none.
    package var mediaType: String
    /// Seconds after which the server wants to be asked again; nil when it does not say.
    package var retryAfter: Int?
    /// The headers that were wanted, as far as they are there, by the names that they were asked for with.
    package var headers: [String: String]
    /// Where it came from in the end.
    package var url: String
    /// Where it says to ask instead; nil when it does not say, and for redirects that were followed.
    package var redirect: String?

    /// Whether it is what was asked for.
    package var isSuccess: Bool { (200..<300).contains(status) }
}

/// Why there is no answer.
package struct FetchError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable {
        /// Not an address that can be fetched, or a redirect to one.
        case badAddress
        /// No connection, or one that broke.
        case network
        /// A certificate that is not the server's, or none that can be checked.
        case untrusted
        case timeout
        case tooLarge
        case tooManyRedirects
        /// The address may not be connected to (`FetchRequest.mayConnect`).
        case refusedAddress
        /// The answer can't be decoded or is not HTTP.
        case badAnswer
        case cancelled
        /// This machine can't.
        case local
    }

    package let kind: Kind
    /// In words, with what the library said.
    package let reason: String

    package init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    package var description: String { reason }

    /// Whether the same may go well in a moment.
    var mayPass: Bool {
        switch kind {
        case .network, .timeout, .badAnswer: true
        default: false
        }
    }
}
