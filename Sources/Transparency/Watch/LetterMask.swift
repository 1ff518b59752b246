/// Which letters stand in a text, a bit each, in each of the forms that look-alikes are told by.
///
/// Most names of a log lack letters of what is watched: they are told by this alone.
struct LetterMask: Sendable {
    private(set) var raw: UInt64 = 0
    private(set) var fine: UInt64 = 0
    private(set) var coarse: UInt64 = 0

    /// Several letters share a bit: who looks for one finds more, never less.
    static func bit(_ byte: UInt8) -> UInt64 { 1 << UInt64(byte & 63) }

    private static let forms = (0..<128).map { SkeletonTable.forms($0) }
    /// What pairs of letters come to in the coarse form.
    private static let pairs = "bhkn".utf8.reduce(0) { $0 | bit($1) }

    init(raw: UInt64, fine: UInt64, coarse: UInt64) {
        (self.raw, self.fine, self.coarse) = (raw, fine, coarse)
    }

    /// All letters that parts of a name can come to, alone and side by side.
    ///
    /// Nil for a name that holds letters of other scripts: what they look like takes a closer look.
    init?(_ name: String) {
        var last: UInt32 = 0
        for byte in name.utf8 {
            guard byte < 0x80 else { return nil }
            last = last << 8 | UInt32(byte)
            if last == 0x786e_2d2d { return nil }  // xn--
            raw |= Self.bit(byte)
            let forms = Self.forms[Int(byte)]
            fine |= Self.bit(forms.fine)
            coarse |= Self.bit(forms.coarse)
        }
        func add(_ letter: UInt8) {
            fine |= Self.bit(letter)
            coarse |= Self.bit(SkeletonTable.forms(letter).coarse)
        }
        // `rn` and `vv`, also where a dot or a dash stands between them.
        if raw & Self.bit(UInt8(ascii: "r")) != 0 { add(UInt8(ascii: "m")) }
        if raw & Self.bit(UInt8(ascii: "v")) != 0 { add(UInt8(ascii: "w")) }
        coarse |= Self.pairs
    }

    /// Whether a name with these letters can be like one with those.
    ///
    /// - Parameter edits: how many letters may be others.
    func mayShow(_ other: LetterMask, edits: Int) -> Bool {
        (other.raw & ~raw).nonzeroBitCount <= edits || (other.fine & ~fine).nonzeroBitCount <= edits
            || other.coarse & ~coarse == 0
    }
}
