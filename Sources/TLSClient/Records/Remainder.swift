import Bytes

/// The begin of something whose rest is to come: what a read has cut off of a record, or that of a message.
struct Remainder {
    private(set) var bytes: [UInt8] = []

    /// What was kept with `more` behind it; nothing is kept then.
    mutating func joined(with more: Span<UInt8>) -> [UInt8] {
        var whole: [UInt8] = []
        swap(&whole, &bytes)
        whole.append(more)
        return whole
    }

    /// Keeps bytes when nothing was kept before.
    mutating func keep(_ rest: Span<UInt8>, _ context: GrabContext) {
        guard !rest.isEmpty else { return }
        bytes = context.takeRoom()
        bytes.append(rest)
    }

    /// Keeps the end of what `joined` gave.
    mutating func keep(_ whole: consuming [UInt8], from place: Int, _ context: GrabContext) {
        var rest = whole
        rest.removeFirst(place)
        if rest.isEmpty { context.giveBack(&rest) }
        bytes = rest
    }

    /// Forgets what was kept.
    mutating func clear(_ context: GrabContext) { context.giveBack(&bytes) }
}
