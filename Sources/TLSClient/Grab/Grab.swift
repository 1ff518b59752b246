import Bytes
package import Wire

/// Asks one server for its certificate, and where that is wanted for the proof that it holds the key.
///
/// Bytes go in, actions come out; there is no I/O.
///
/// It sends a ClientHello and reads the server's first flight up to the
/// message after the Certificate that tells how the server signs, in TLS 1.2
/// and older up to ServerHelloDone. Up to TLS 1.2 that flight is plaintext; in
/// TLS 1.3 the handshake keys open it. The server has then *presented* the
/// certificate and not proven to hold its key. With the goal `.proof` it goes
/// on to both Finished messages of TLS 1.3 and carries application data after them.
///
/// Records are cut by `RecordLayer`, messages by `MessageReader`, and `ServerHandshake` says what they mean.
/// All are read where they lie, in the caller's buffer or in the
/// context's room for one decrypted record; only what a read or a record cuts
/// off is copied. A grab that waits holds some 300 bytes. The context must be
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
        /// It is over without a certificate, or without the proof that was wanted; what the flight showed
        /// stays in it.
        case failed(GrabFailure)
        /// The server has proven to hold the key of its leaf: send `GrabContext.outgoing`.
        ///
        /// From now on `receive` brings application data.
        case proven
    }

    /// How far a grab goes.
    package enum Goal: Sendable { case certificate, proof }

    /// Bytes that a server may send before its flight is over.
    package static let maximumBytes = 512 * 1024

    /// Bytes of a record's content.
    static let longestRecord = RecordLayer.longestRecord

    private enum Stage { case reading, foreign, ended }

    private var stage = Stage.ended
    private var action = Action.wait
    private var records = RecordLayer()
    private var messages = MessageReader()
    private var handshake = ServerHandshake()
    private var byteCount = 0
    /// The level of an alert whose code comes with the next record, as RFC 5246, section 6.2.1, allows.
    private var alertLevel: UInt8?
    /// What follows the handshake; nil when no proof is wanted.
    private(set) var session: ApplicationSession?

    package init() {}

    /// The hello that was sent.
    package var look: ClientHello.Look { handshake.look }

    /// Whether the server has proven to hold the key of its leaf.
    package var isProven: Bool { handshake.stage == .complete }

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
        goal: Goal = .certificate,
        context: GrabContext,
        flight: inout ServerFlight
    ) {
        giveBack(context)
        stage = .reading
        action = .wait
        records = RecordLayer()
        messages = MessageReader()
        byteCount = 0
        alertLevel = nil
        session = goal == .proof ? ApplicationSession() : nil
        let fill = ClientHello.Fill(
            random: context.nextRandom(),
            serverName: serverName,
            offersProtocols: offersProtocols
        )
        handshake.start(look, fill, proves: goal == .proof, context, &flight)
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
        } else if records.rest.bytes.isEmpty {
            let used = readRecords(bytes, context, &flight)
            if stage == .reading { records.rest.keep(bytes.extracting(used..<bytes.count), context) }
        } else {
            let whole = records.rest.joined(with: bytes)
            let used = readRecords(whole.span, context, &flight)
            records.rest.keep(whole, from: used, context)
        }
        // What comes after the handshake is bounded by whoever asked for it.
        if stage != .ended, byteCount >= Self.maximumBytes, handshake.stage != .complete {
            fail(.limit(.bytes), &flight)
        }
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
        } else if records.count == 0, isForeign(records.rest.bytes.span) {
            flight.junk(records.rest.bytes.span)
            fail(.notTLS, &flight)
        } else {
            fail(how == .reset ? .reset : how == .timeout ? .timeout : .closed, &flight)
        }
        giveBack(context)
        return action
    }

    /// Whether what came, less than a record, is none's begin.
    private func isForeign(_ bytes: Span<UInt8>) -> Bool {
        bytes.count > 1 && ForeignProtocol.isRecord(bytes) != true
    }

    // MARK: Records

    /// Reads whole records; returns how many bytes they took.
    private mutating func readRecords(
        _ bytes: Span<UInt8>,
        _ context: GrabContext,
        _ flight: inout ServerFlight
    ) -> Int {
        if records.count == 0 {
            switch ForeignProtocol.isRecord(bytes) {
            case false:
                stage = .foreign
                readForeign(bytes, &flight)
                return bytes.count
            case nil: return 0
            default: break
            }
        }
        var start = 0
        do throws(GrabFailure) {
            while stage == .reading,
                let end = try records.end(of: bytes, from: start, version: flight.recordVersion)
            {
                let record = bytes.extracting(start..<end)
                start = end
                if handshake.isInFlight {
                    flight.record(type: record[0], length: record.count - RecordLayer.header)
                }
                try readRecord(record, context, &flight)
            }
        } catch {
            fail(error, &flight)
        }
        return start
    }

    private mutating func readRecord(
        _ record: Span<UInt8>,
        _ context: GrabContext,
        _ flight: inout ServerFlight
    ) throws(GrabFailure) {
        let body = record.extracting(RecordLayer.header..<record.count)
        switch record[0] {
        case 22:
            flight.record(version: UInt16(record.u16(1)))
            // A certificate that anybody on the way could have put there would be no observation of the
            // server.
            guard records.keys.number == 0 else { throw .violation(.plaintext) }
            try readMessages(body, context, &flight)
        case 23:
            guard records.keys.number != 0, let content = context.cipher.decrypt(record, &records.keys) else {
                throw .violation(.ciphertext)
            }
            let plaintext = context.cipher.plaintext
            try readContent(plaintext.span.extracting(0..<content.count), content.type, context, &flight)
        case 21:
            flight.record(version: UInt16(record.u16(1)))
            guard handshake.stage != .complete else { throw .violation(.plaintext) }
            try readAlerts(body, &flight)
        case 20, 24:
            break
        default:
            throw .violation(.record)
        }
    }

    /// Reads what an encrypted record held.
    private mutating func readContent(
        _ content: Span<UInt8>,
        _ type: UInt8,
        _ context: GrabContext,
        _ flight: inout ServerFlight
    ) throws(GrabFailure) {
        switch type {
        case 22: try readMessages(content, context, &flight)
        case 21: try readAlerts(content, &flight)
        case 23 where handshake.stage == .complete && messages.rest.bytes.isEmpty: session?.take(content)
        default: throw .violation(.record)
        }
    }

    private mutating func readAlerts(
        _ bytes: Span<UInt8>,
        _ flight: inout ServerFlight
    ) throws(GrabFailure) {
        guard !bytes.isEmpty else { throw .violation(.record) }
        for place in bytes.indices {
            guard let level = alertLevel else {
                alertLevel = bytes[place]
                continue
            }
            alertLevel = nil
            let alert = ServerFlight.Alert(level: level, code: bytes[place])
            flight.alert(alert)
            if alert.isFinal {
                if handshake.stage != .complete { flight.close = .alert }
                throw .alert(alert.code)
            }
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
    ) throws(GrabFailure) {
        if messages.rest.bytes.isEmpty {
            let used = try readWholeMessages(bytes, context, &flight)
            if stage == .reading { messages.rest.keep(bytes.extracting(used..<bytes.count), context) }
        } else {
            let whole = messages.rest.joined(with: bytes)
            let used = try readWholeMessages(whole.span, context, &flight)
            messages.rest.keep(whole, from: used, context)
        }
        if stage == .reading, messages.rest.bytes.count >= MessageReader.longestMessage {
            throw .limit(.bytes)
        }
    }

    private mutating func readWholeMessages(
        _ bytes: Span<UInt8>,
        _ context: GrabContext,
        _ flight: inout ServerFlight
    ) throws(GrabFailure) -> Int {
        var start = 0
        while stage == .reading, let end = try messages.end(of: bytes, from: start) {
            let message = bytes.extracting(start..<end)
            start = end
            if handshake.stage == .complete {
                try readLater(message, isLast: start == bytes.count, context)
                continue
            }
            switch try handshake.read(message, context, &flight) {
            case .nothing: break
            case .retry:
                // The ChangeCipherSpec is for middleboxes (RFC 8446, section D.4).
                context.outgoing.insert(contentsOf: Self.changeCipherSpec, at: 0)
                action = .send
            case .secret(let secret):
                // What follows a TLS 1.3 ServerHello in its record was never encrypted.
                guard start == bytes.count else { throw .violation(.plaintext) }
                records.keys = keys(secret, context)
            case .end: fail(.noCertificate, &flight)
            case .complete:
                guard start == bytes.count else { throw .violation(.order) }
                try complete(context)
            }
        }
        return start
    }

    private func keys(_ secret: Block, _ context: GrabContext) -> TrafficKeys {
        context.schedule(handshake.suite).keys(
            secret,
            suite: handshake.suite,
            number: context.nextNumber()
        )
    }

    private static let changeCipherSpec: [UInt8] = [20, 3, 3, 0, 1, 1]

    // MARK: After the server's Finished

    /// Writes our last handshake messages, and takes the keys of application data.
    private mutating func complete(_ context: GrabContext) throws(GrabFailure) {
        guard let proof = handshake.proof, let session else { throw .unchecked }
        context.outgoing.removeAll(keepingCapacity: true)
        if !handshake.isRetried { context.outgoing += Self.changeCipherSpec }
        var closing = proof.closingKeys(handshake.suite, context)
        let messages = proof.closing()
        guard context.sealer?.seal(messages.span, type: 22, &closing, into: &context.outgoing) == true else {
            throw .unchecked
        }
        records.keys = keys(proof.serverApplication, context)
        session.begin(keys(proof.clientApplication, context), longest: proof.recordLimit)
        self.messages.goOn()
        records.goOn()
        action = .proven
    }

    /// Takes a message that comes after the handshake (RFC 8446, section 4.6).
    private mutating func readLater(
        _ message: Span<UInt8>,
        isLast: Bool,
        _ context: GrabContext
    ) throws(GrabFailure) {
        guard let proof = handshake.proof, let session else { throw .violation(.order) }
        switch message[0] {
        case 4: break  // a session ticket, which is for clients that come again
        case 24:
            guard message.count == 5, message[4] <= 1, isLast else { throw .violation(.message) }
            guard session.countUpdate() else { throw .limit(.messages) }
            proof.updateServer()
            records.keys = keys(proof.serverApplication, context)
            guard message[4] == 1 else { return }
            // Ours goes out under the old key, and asks for nothing.
            guard session.seal([24, 0, 0, 1, 0], type: 22, context) else { throw .unchecked }
            proof.updateClient()
            session.renew(keys(proof.clientApplication, context))
        default: throw .violation(.order)
        }
    }

    // MARK: The end

    /// Ends the grab: with a certificate when one was seen and is enough, otherwise with `failure`.
    private mutating func fail(_ failure: GrabFailure, _ flight: inout ServerFlight) {
        if flight.chain.isEmpty { salvage(&flight) }
        action = flight.chain.isEmpty || session != nil ? .failed(failure) : .certificate
        stage = .ended
    }

    /// Reads what there is of a Certificate message that will not be whole: its leaf may be.
    private mutating func salvage(_ flight: inout ServerFlight) {
        let rest = messages.rest.bytes
        guard handshake.stage != .hello, rest.count > 4, rest[0] == 11 else { return }
        try? flight.message(rest.span)
    }

    private mutating func giveBack(_ context: GrabContext) {
        records.rest.clear(context)
        messages.rest.clear(context)
    }
}
