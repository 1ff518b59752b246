package import Bytes

/// Everything that a server's first flight showed, from its first record to the end of its Certificate.
///
/// A value is reused from server to server: `reset` empties it and keeps the
/// room of its arrays. Handshake messages go in through `message`, whoever
/// took them off the wire; records, alerts and the end of the connection are
/// noted by the state machine that saw them.
package struct ServerFlight: Equatable, Sendable {
    /// The negotiated version: 0x0300 (SSL 3.0) to 0x0304 (TLS 1.3, drafts of it too); 0 before a
    /// ServerHello.
    ///
    /// DTLS has the number of the TLS that it was made from: 0x0302 for 1.0, 0x0303 for 1.2.
    package internal(set) var version: UInt16 = 0

    /// The number of the draft of TLS 1.3 that was negotiated, 0 for one that told no number; nil for TLS 1.3
    /// itself and all before it.
    package internal(set) var draft: UInt8?

    /// The ServerHello's legacy_version.
    package internal(set) var legacyVersion: UInt16 = 0

    /// The version in the header of the first handshake or alert record; nil before one.
    package internal(set) var recordVersion: UInt16?

    /// The cipher suite chosen; nil before a ServerHello.
    package internal(set) var suite: UInt16?

    /// The named group of the key exchange: key_share's in TLS 1.3, ServerKeyExchange's before.
    package internal(set) var group: UInt16?

    /// The compression method chosen.
    package internal(set) var compression: UInt8?

    package internal(set) var sessionID = SessionID.unseen
    package internal(set) var downgrade: DowngradeSentinel?
    package internal(set) var helloRetryRequest = HelloRetryRequest()

    /// The ServerHello's extensions.
    package internal(set) var serverHello = ExtensionList()

    /// The extensions of EncryptedExtensions (TLS 1.3).
    package internal(set) var encryptedExtensions = ExtensionList()

    /// The extensions of the leaf's CertificateEntry (TLS 1.3).
    package internal(set) var certificateEntry = ExtensionList()

    /// The bytes that `ExtensionList.Item.value` points into; at most `maximumValues`.
    package internal(set) var values: [UInt8] = []

    /// The application protocol that the server chose, from the ServerHello or EncryptedExtensions.
    package internal(set) var nextProtocol: [UInt8] = []

    /// Whether the server agreed to the extended master secret (TLS 1.2 and older).
    package internal(set) var hasExtendedMasterSecret = false

    /// Whether renegotiation_info was answered (TLS 1.2 and older).
    package internal(set) var hasSecureRenegotiation = false

    /// Whether a ChangeCipherSpec record came.
    package internal(set) var hasChangeCipherSpec = false

    /// The scheme of the signature in ServerKeyExchange (TLS 1.2) or CertificateVerify (TLS 1.3).
    package internal(set) var signatureScheme: UInt16?

    /// The types of the handshake messages, in order; at most `maximumMessages`.
    package internal(set) var messages: [UInt8] = []

    /// The first records, in order; at most `maximumRecords`.
    package internal(set) var records: [Record] = []

    /// The alerts received, in order; at most `maximumAlerts`.
    package internal(set) var alerts: [Alert] = []

    package internal(set) var certificateRequest = CertificateRequest()

    /// The chain as it was sent, leaf first: at most 64 certificates and 480 KiB.
    ///
    /// Of a leaf that did not come whole or is longer than that the first `keptBeginning` bytes are kept.
    package internal(set) var chain = emptyChain

    /// Whether the list of the Certificate message does not end with it, or with the last certificate in it.
    ///
    /// A message of which only the begin is read is held against the length that it has told.
    package internal(set) var hasWrongListLength = false

    /// Whether entries of the Certificate message were passed over that are empty.
    package internal(set) var hasSkippedEntries = false

    /// Whether the Certificate message is made as no library makes one.
    package var hasOddCertificateMessage: Bool { hasWrongListLength || hasSkippedEntries }

    /// The stapled OCSP response for the leaf in DER; empty when none came or it was over 64 KiB.
    package internal(set) var ocspResponse: [UInt8] = []

    /// The SCTs of the signed_certificate_timestamp extension; at most 32 and 16 KiB.
    package internal(set) var timestamps = ByteStrings(maximumCount: 32, maximumBytes: 16 * 1024)

    /// The first bytes of an answer that is not TLS, at most `maximumJunk`.
    package internal(set) var junk: [UInt8] = []

    /// What came beyond the bounds of other parts than those that count it themselves.
    var dropped: Dropped = []

    /// How the server ended the connection; nil when it did not.
    package var close: Close?

    /// The session id of the ClientHello, which the server may echo.
    private(set) var offeredSessionID = OfferedSessionID()

    package static let emptyChain = CertificateChain(maximumCount: 64, maximumBytes: 480 * 1024)
    package static let keptBeginning = 64 * 1024
    package static let maximumValues = 2048
    package static let maximumJunk = 256
    package static let maximumRecords = 32
    package static let maximumMessages = 64
    package static let maximumAlerts = 16

    package init() {}

    /// Makes the value ready for another connection.
    package mutating func reset() {
        version = 0
        draft = nil
        legacyVersion = 0
        recordVersion = nil
        suite = nil
        group = nil
        compression = nil
        sessionID = .unseen
        downgrade = nil
        helloRetryRequest.reset()
        serverHello.reset()
        encryptedExtensions.reset()
        certificateEntry.reset()
        values.clear()
        nextProtocol.clear()
        hasExtendedMasterSecret = false
        hasSecureRenegotiation = false
        hasChangeCipherSpec = false
        signatureScheme = nil
        messages.clear()
        records.clear()
        alerts.clear()
        certificateRequest.reset()
        chain.removeAll()
        hasWrongListLength = false
        hasSkippedEntries = false
        ocspResponse.clear()
        timestamps.removeAll()
        junk.clear()
        close = nil
        dropped = []
        offeredSessionID = OfferedSessionID()
    }

    /// Takes a certificate that somebody else saw, after those taken before; leaf first.
    package mutating func imported(certificate: Span<UInt8>) { chain.append(certificate) }

    /// Notes the session id of the ClientHello that is being answered; at most 32 bytes.
    package mutating func offered(sessionID: Span<UInt8>) {
        offeredSessionID.count = min(32, sessionID.count)
        for index in 0..<offeredSessionID.count { offeredSessionID.bytes[index] = sessionID[index] }
    }

    /// Notes a record; at most `maximumRecords` are kept.
    package mutating func record(type: UInt8, length: Int) {
        if type == 20 { hasChangeCipherSpec = true }
        guard records.count < Self.maximumRecords else {
            dropped.insert(.records)
            return
        }
        records.append(Record(type: type, length: UInt16(truncatingIfNeeded: length)))
    }

    /// Notes the version of the record that carried the server's first handshake message or alert.
    package mutating func record(version: UInt16) {
        if recordVersion == nil { recordVersion = version }
    }

    /// Notes an alert; at most `maximumAlerts` are kept.
    package mutating func alert(_ alert: Alert) {
        guard alerts.count < Self.maximumAlerts else {
            dropped.insert(.alerts)
            return
        }
        alerts.append(alert)
    }

    /// The alert by which the server ended the connection; nil when it sent none.
    package var finalAlert: UInt8? { alerts.last(where: \.isFinal)?.code }

    /// Keeps the begin of an answer that is not TLS.
    package mutating func junk(_ bytes: Span<UInt8>) {
        let room = max(0, Self.maximumJunk - junk.count)
        junk.append(bytes.extracting(0..<min(room, bytes.count)))
    }
}
