import Bytes
package import Wire

/// Asks one server for its certificate: bytes in, actions out, no I/O.
///
/// It sends a ClientHello and reads the server's first flight up to the
/// message after the Certificate that tells how the server signs, in TLS 1.2
/// and older up to ServerHelloDone. Up to TLS 1.2 that flight is plaintext; in
/// TLS 1.3 the handshake keys open it. The server has then *presented* the
/// certificate and not proven to hold its key.
///
/// Messages are read where they lie, in the caller's buffer or in the
/// context's room for one decrypted record; only what a read or a record cuts
/// off is copied. A grab that waits holds some 200 bytes. The context must be
/// the same in every call between two starts.
package struct Grab {
    /// What the caller does next.
    package enum Action: Equatable, Sendable {
        /// Wait for more bytes, or for the end of the connection.
        case wait
        /// Send `GrabContext.outgoing`, then wait.
        case send
        /// The flight has a certificate and was read as far as it goes: close with a reset.
        case certificate
        /// It is over without a certificate; what the flight showed stays in it.
        case failed(GrabFailure)
    }

    /// Bytes that a server may send before its flight is over.
    package static let maximumBytes = 512 * 1024

    /// Bytes of a record's content: TLS 1.2 allows 2048 more than are in plaintext (RFC 5246, section 6.2.3).
    static let longestRecord = 16384 + 2048

    /// Records that it may send.
    package static let maximumRecords = 8192

    /// Handshake messages that it may send.
    package static let maximumMessages = 64

    /// The longest handshake message that is waited for; of a longer chain the begin is read.
    package static let longestMessage = 496 * 1024

    enum Stage { case hello, oldFlight, newFlight, foreign, ended }

    package private(set) var look = ClientHello.Look.default

    var stage = Stage.ended
    private var action = Action.wait
    var fill = ClientHello.Fill(random: InlineArray(repeating: 0), serverName: [], offersProtocols: false)

    /// After a HelloRetryRequest, the transcript up to our second hello (RFC 8446, section 4.4.1).
    var retryTranscript: [UInt8] = []
    var retryGroup: UInt16?

    /// The keys of TLS 1.3's handshake records, once the ServerHello was read.
    var keys = ServerKeys.none
    private var cutRecord: [UInt8] = []
    private var cutMessage: [UInt8] = []
    private var byteCount = 0
    private var recordCount = 0
    private var messageCount = 0

    package init() {}

    /// Begins with a server; `GrabContext.outgoing` then holds the hello to send.
    ///
    /// - Parameters:
    ///   - serverName: the host name in ASCII, empty for none; never an address.
    ///   - offersProtocols: false when TLS begins inside another protocol, where HTTP has no place.
    ///   - flight: reset by the caller; takes up what the server shows.
    package mutating func start(
        _ look: ClientHello.Look,
        serverName: [UInt8],
        offersProtocols: Bool = true,
        context: GrabContext,
        flight: inout ServerFlight
    ) {
        giveBack(context)
        self.look = look
        stage = .hello
        action = .wait
        fill = ClientHello.Fill(
            random: context.nextRandom(),
            serverName: serverName,
            offersProtocols: offersProtocols
        )
        retryTranscript = []
        retryGroup = nil
        keys = .none
        byteCount = 0
        recordCount = 0
        messageCount = 0
        let hello = context.hello(look)
        let sessionID = hello.sessionID
        flight.offered(sessionID: sessionID.span)
        context.write(hello, fill)
    }

    /// Takes what the server sent.
    package mutating func receive(
        _ bytes: Span<UInt8>,
        context: GrabContext,
        flight: inout ServerFlight
    ) -> Action {
        guard stage != .ended else { return action }
        byteCount += bytes.count
        action = .wait
        if stage == .foreign {
            readForeign(bytes, &flight)
        } else if cutRecord.isEmpty {
            let used = readRecords(bytes, context, &flight)
            if stage != .ended, stage != .foreign, used < bytes.count {
                cutRecord = context.takeRoom()
                cutRecord.append(bytes.extracting(used..<bytes.count))
            }
        } else {
            var whole: [UInt8] = []
            swap(&whole, &cutRecord)
            whole.append(bytes)
            let used = readRecords(whole.span, context, &flight)
            whole.removeFirst(used)
            cutRecord = whole
            if cutRecord.isEmpty { context.giveBack(&cutRecord) }
        }
        if stage != .ended, byteCount >= Self.maximumBytes { fail(.limit(.bytes), &flight) }
        if stage == .ended { giveBack(context) }
        return action
    }

    /// Takes note that the connection ended, or that the caller waits no longer.
    package mutating func closed(
        _ how: ServerFlight.Close,
        context: GrabContext,
        flight: inout ServerFlight
    ) -> Action {
        guard stage != .ended else { return action }
        if flight.close == nil { flight.close = how }
        if stage == .foreign {
            fail(.notTLS, &flight)
        } else if recordCount == 0, cutRecord.count > 1, ForeignProtocol.isRecord(cutRecord.span) != true {
            flight.junk(cutRecord.span)
            fail(.notTLS, &flight)
        } else {
            fail(how == .reset ? .reset : how == .timeout ? .timeout : .closed, &flight)
        }
        giveBack(context)
        return action
    }

    // MARK: Records

    /// Reads whole records; returns how many bytes they took.
    private mutating func readRecords(
        _ bytes: Span<UInt8>,
        _ context: GrabContext,
        _ flight: inout ServerFlight
    ) -> Int {
        var start = 0
        if recordCount == 0 {
            switch ForeignProtocol.isRecord(bytes) {
            case false:
                stage = .foreign
                readForeign(bytes, &flight)
                return bytes.count
            case nil: return 0
            default: break
            }
        }
        while stage != .ended, bytes.count - start >= 5 {
            let count = bytes.u16(start + 3)
            // Some answer in the version of another protocol, but then in each record.
            guard
                bytes[start + 1] == 3 || recordCount == 0
                    || bytes.u16(start + 1) == Int(flight.recordVersion ?? 0x0303),
                20...24 ~= bytes[start], count <= Self.longestRecord
            else {
                fail(.violation(.record), &flight)
                break
            }
            let end = start + 5 + count
            guard end <= bytes.count else { break }
            recordCount += 1
            guard recordCount <= Self.maximumRecords else {
                fail(.limit(.records), &flight)
                break
            }
            flight.record(type: bytes[start], length: count)
            readRecord(bytes.extracting(start..<end), context, &flight)
            start = end
        }
        return start
    }

    private mutating func readRecord(
        _ record: Span<UInt8>,
        _ context: GrabContext,
        _ flight: inout ServerFlight
    ) {
        let body = record.extracting(5..<record.count)
        switch record[0] {
        case 22:
            flight.record(version: UInt16(record.u16(1)))
            // A certificate that anybody on the way could have put there would be no observation of the
            // server.
            guard stage != .newFlight else { return fail(.violation(.plaintext), &flight) }
            readMessages(body, context, &flight)
        case 23:
            guard keys.number != 0, let content = context.cipher.decrypt(record, &keys) else {
                return fail(.violation(.ciphertext), &flight)
            }
            let plaintext = context.cipher.plaintext
            switch content.type {
            case 22: readMessages(plaintext.span.extracting(0..<content.count), context, &flight)
            case 21: readAlerts(plaintext.span.extracting(0..<content.count), &flight)
            default: fail(.violation(.record), &flight)
            }
        case 21:
            flight.record(version: UInt16(record.u16(1)))
            readAlerts(body, &flight)
        case 20, 24:
            break
        default:
            fail(.violation(.record), &flight)
        }
    }

    private mutating func readAlerts(_ bytes: Span<UInt8>, _ flight: inout ServerFlight) {
        guard bytes.count >= 2 else { return fail(.violation(.record), &flight) }
        var place = 0
        while place + 2 <= bytes.count, stage != .ended {
            let alert = ServerFlight.Alert(level: bytes[place], code: bytes[place + 1])
            flight.alert(alert)
            if alert.isFinal {
                flight.close = .alert
                fail(.alert(alert.code), &flight)
            }
            place += 2
        }
    }

    /// Keeps the begin of an answer that is not TLS; a few bytes tell nothing, so more are waited for.
    private mutating func readForeign(_ bytes: Span<UInt8>, _ flight: inout ServerFlight) {
        flight.junk(bytes)
        if flight.junk.count >= 5 { fail(.notTLS, &flight) }
    }

    // MARK: Messages

    private mutating func readMessages(
        _ bytes: Span<UInt8>,
        _ context: GrabContext,
        _ flight: inout ServerFlight
    ) {
        if cutMessage.isEmpty {
            let used = readWholeMessages(bytes, context, &flight)
            guard stage != .ended, used < bytes.count else { return }
            cutMessage = context.takeRoom()
            cutMessage.append(bytes.extracting(used..<bytes.count))
        } else {
            var whole: [UInt8] = []
            swap(&whole, &cutMessage)
            whole.append(bytes)
            let used = readWholeMessages(whole.span, context, &flight)
            whole.removeFirst(used)
            cutMessage = whole
            if cutMessage.isEmpty { context.giveBack(&cutMessage) }
        }
        if stage != .ended, cutMessage.count >= Self.longestMessage { fail(.limit(.bytes), &flight) }
    }

    private mutating func readWholeMessages(
        _ bytes: Span<UInt8>,
        _ context: GrabContext,
        _ flight: inout ServerFlight
    ) -> Int {
        var start = 0
        while stage != .ended, bytes.count - start >= 4 {
            let end = start + 4 + bytes.u24(start + 1)
            guard end <= bytes.count else { break }
            messageCount += 1
            guard messageCount <= Self.maximumMessages else {
                fail(.limit(.messages), &flight)
                break
            }
            readMessage(bytes.extracting(start..<end), context, &flight)
            start = end
            // What follows a TLS 1.3 ServerHello in its record was never encrypted.
            if stage == .newFlight, keys.isFresh, start < bytes.count {
                fail(.violation(.plaintext), &flight)
            }
        }
        return start
    }

    private mutating func readMessage(
        _ message: Span<UInt8>,
        _ context: GrabContext,
        _ flight: inout ServerFlight
    ) {
        let type = message[0]
        guard (stage == .hello) == (type == 2) || type == 0, type != 11 || flight.chain.isEmpty else {
            return fail(.violation(.order), &flight)
        }
        do {
            try flight.message(message)
        } catch {
            return fail(.violation(.message), &flight)
        }
        switch type {
        case 2:
            switch readHello(message, context, &flight) {
            case .success(let action): self.action = action
            case .failure(let failure): fail(failure, &flight)
            }
        // ServerHelloDone; CertificateVerify and Finished.
        case 14 where stage == .oldFlight: fail(.noCertificate, &flight)
        case 15 where stage == .newFlight, 20 where stage == .newFlight: fail(.noCertificate, &flight)
        default: break
        }
    }

    // MARK: The end

    /// Ends the grab: with a certificate when one was seen, otherwise with `failure`.
    mutating func fail(_ failure: GrabFailure, _ flight: inout ServerFlight) {
        if flight.chain.isEmpty { salvage(&flight) }
        action = flight.chain.isEmpty ? .failed(failure) : .certificate
        stage = .ended
    }

    /// Reads what there is of a Certificate message that will not be whole: its leaf may be.
    private mutating func salvage(_ flight: inout ServerFlight) {
        guard stage == .oldFlight || stage == .newFlight, cutMessage.count > 4, cutMessage[0] == 11 else {
            return
        }
        try? flight.message(cutMessage.span)
    }

    private mutating func giveBack(_ context: GrabContext) {
        context.giveBack(&cutRecord)
        context.giveBack(&cutMessage)
    }
}
