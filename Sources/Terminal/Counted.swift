import Bytes

/// `1 rule`, `2 rules`, `10,000 rules`.
///
/// - Parameter plural: of a noun that takes more than an s.
package func counted(_ count: some BinaryInteger, _ noun: String, plural: String? = nil) -> String {
    "\(grouped(UInt64(clamping: count))) \(Bytes.noun(noun, plural: plural, for: count))"
}

/// `1,234,567`.
package func grouped(_ value: UInt64) -> String {
    var text = ""
    for (place, digit) in String(value).reversed().enumerated() {
        if place > 0 && place % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return String(text.reversed())
}
