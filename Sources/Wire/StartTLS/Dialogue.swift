/// The part of a plaintext protocol that leads to TLS.
protocol Dialogue: Sendable {
    /// What the client says first; nil when the server does.
    mutating func begin() -> [UInt8]?

    /// Takes the next line or message off the front of `buffer`.
    mutating func take(_ buffer: inout ArraySlice<UInt8>) -> DialogueStep

    /// What the server's last words come to when nothing will follow them; nil when they say nothing.
    ///
    /// - Parameter rest: bytes that are no whole line or message.
    mutating func end(_ rest: ArraySlice<UInt8>) -> StartTLSFailure?
}

extension Dialogue {
    mutating func end(_ rest: ArraySlice<UInt8>) -> StartTLSFailure? { nil }
}

enum DialogueStep: Equatable {
    /// The buffer holds no whole line or message.
    case more
    /// Something was taken that needs no answer.
    case next
    case send([UInt8])
    /// TLS begins, after these bytes.
    case upgrade([UInt8])
    case fail(StartTLSFailure)

    static func send(_ line: String) -> DialogueStep { .send(Array((line + "\r\n").utf8)) }

    static func fail(
        _ reason: StartTLSFailure.Reason,
        _ message: String,
        isTemporary: Bool = false
    ) -> DialogueStep {
        .fail(StartTLSFailure(reason, message, isTemporary: isTemporary))
    }

    /// The bytes belong to another protocol; where they are text, their first line is quoted.
    static func foreign(_ what: String, _ bytes: ArraySlice<UInt8>) -> DialogueStep {
        let line = bytes.prefix { $0 != 0x0a && $0 != 0x0d }
        let isText = line.count > 2 && line.prefix(16).allSatisfy { 0x20...0x7e ~= $0 }
        let words = isText ? ": " + String(decoding: line.prefix(512), as: UTF8.self) : ""
        return .fail(.otherProtocol, what + words)
    }
}

/// A dialogue in lines that end with LF, mostly after a CR.
protocol LineDialogue: Dialogue {
    /// A line without its end; bytes that are not UTF-8 as U+FFFD.
    mutating func line(_ line: String) -> DialogueStep
}

/// Bytes of one line; SMTP allows 512, capability lists are longer.
let lineLimit = 8 * 1024

/// A line without its end, or the reason why there is none.
enum TakenLine {
    case line(ArraySlice<UInt8>)
    case none(DialogueStep)
}

/// Takes the next line off the front of `buffer`.
func takeLine(_ buffer: inout ArraySlice<UInt8>) -> TakenLine {
    guard let end = buffer.firstIndex(of: 0x0a) else {
        return .none(buffer.count > lineLimit ? .fail(.limit, "a line has no end") : .more)
    }
    var line = buffer[..<end]
    buffer = buffer[(end + 1)...]
    if line.last == 0x0d { line.removeLast() }
    return line.count <= lineLimit ? .line(line) : .none(.fail(.limit, "a line has no end"))
}

extension LineDialogue {
    mutating func begin() -> [UInt8]? { nil }

    mutating func take(_ buffer: inout ArraySlice<UInt8>) -> DialogueStep {
        switch takeLine(&buffer) {
        case .none(let step): step
        case .line(let bytes): line(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// A last line without its end is read all the same; fewer bytes than a reply code say nothing.
    mutating func end(_ rest: ArraySlice<UInt8>) -> StartTLSFailure? {
        guard rest.count > 3, case .fail(let failure) = line(String(decoding: rest, as: UTF8.self)) else {
            return nil
        }
        return failure
    }
}
