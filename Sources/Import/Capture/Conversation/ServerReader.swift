import Bytes
import Wire

/// Reads what a server sends in a TLS connection, as far as it is not encrypted: into a flight as a scan's.
struct ServerReader {
    /// Bytes that are read of a server's flight.
    static let maximumBytes = 512 * 1024

    private var records = RecordCutter()
    private var messages = MessageCutter()
    private var byteCount = 0

    /// The flight shows all that it will show.
    private(set) var isDone = false
    /// The server has gone over to encryption: ChangeCipherSpec, or in TLS 1.3 its first encrypted record.
    private(set) var isEncrypted = false
    /// A message broke its rules, or the records did.
    private(set) var isMalformed = false
    /// More than `maximumBytes` came before the flight was over.
    private(set) var isOverLimit = false

    var weight: Int { records.weight + messages.rest.count }

    /// Takes what the server sent; false when nothing more is wanted.
    mutating func read(_ bytes: Span<UInt8>, _ flight: inout ServerFlight) -> Bool {
        byteCount += bytes.count
        var records = self.records
        self.records = RecordCutter()
        var state = self
        let goesOn = records.read(bytes) { state.take($0, $1, $2, &flight) }
        self = state
        self.records = records
        if !goesOn {
            if !isDone, !isEncrypted, flight.close == nil { isMalformed = true }
            end(&flight)
            return false
        }
        if byteCount > Self.maximumBytes {
            isOverLimit = !isDone
            end(&flight)
            return false
        }
        return true
    }

    /// Nothing more comes, or bytes are missing: what there is of a Certificate message is read.
    mutating func end(_ flight: inout ServerFlight) {
        if !isDone, flight.chain.isEmpty {
            let rest = messages.rest + records.cutHandshake
            if rest.count > 4, rest[0] == 11 { try? flight.message(rest.span) }
        }
        isDone = true
    }

    private mutating func take(
        _ type: UInt8,
        _ version: UInt16,
        _ content: Span<UInt8>,
        _ flight: inout ServerFlight
    ) -> Bool {
        let isNew = flight.isTLS13
        if isDone {
            // Only whether the server takes the client's Finished is still to be seen.
            if type == 20 || type == 23 { isEncrypted = true }
            return !isEncrypted && type != 21
        }
        switch type {
        case 22:
            guard !isNew else { return finish() }
            flight.record(type: type, length: content.count)
            flight.record(version: version)
            return takeMessages(content, &flight)
        case 21:
            guard content.count == 2 else { return finish() }
            flight.record(type: type, length: content.count)
            flight.record(version: version)
            let alert = ServerFlight.Alert(level: content[0], code: content[1])
            flight.alert(alert)
            guard alert.isFinal else { return true }
            flight.close = .alert
            return finish()
        case 20:
            flight.record(type: type, length: content.count)
            // In TLS 1.3 it means nothing; before, what follows is encrypted.
            guard flight.suite != nil, !isNew else { return true }
            isEncrypted = true
            return finish()
        case 23:
            isEncrypted = flight.suite != nil
            return finish()
        default: return true
        }
    }

    private mutating func takeMessages(_ content: Span<UInt8>, _ flight: inout ServerFlight) -> Bool {
        var state = (isDone: false, isMalformed: false)
        messages.read(content) { message in
            // A second chain would stand beside the first one.
            guard message[0] != 11 || flight.chain.isEmpty else {
                state = (true, true)
                return false
            }
            do {
                try flight.message(message)
            } catch {
                state.isMalformed = true
            }
            // ServerHelloDone; and after a malformed ServerHello nothing can be read.
            state.isDone = message[0] == 14 || message[0] == 2 && state.isMalformed
            return !state.isDone
        }
        if state.isMalformed { isMalformed = true }
        if state.isDone { isDone = true }
        if messages.isFull {
            isOverLimit = true
            end(&flight)
            return false
        }
        return true
    }

    private mutating func finish() -> Bool {
        isDone = true
        return false
    }
}
