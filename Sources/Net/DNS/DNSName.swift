/// The form in which a name is asked for and kept: lower case, without the last dot.
enum DNSName {
    /// Nil when it can't be a name.
    ///
    /// The limits are those of RFC 1035 section 2.3.4. Internationalised names are to be given in
    /// their ASCII form.
    static func canonical(_ text: String) -> String? {
        var name: [UInt8] = []
        name.reserveCapacity(text.utf8.count)
        var labelLength = 0
        for byte in text.utf8 {
            guard name.count < 255 else { return nil }
            switch byte {
            case UInt8(ascii: "."):
                guard labelLength > 0 else { return nil }
                labelLength = 0
                name.append(byte)
                continue
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): name.append(byte | 0x20)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                name.append(byte)
            default: return nil
            }
            labelLength += 1
            guard labelLength <= 63 else { return nil }
        }
        if name.last == UInt8(ascii: ".") { name.removeLast() }
        guard !name.isEmpty, name.count <= 253 else { return nil }
        return String(decoding: name, as: UTF8.self)
    }
}
