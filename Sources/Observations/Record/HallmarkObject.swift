package import Bytes

/// The object `hallmark` of a line: its last member, or an early one where leads were written into it.
package enum HallmarkObject {
    /// Appends members to the object of the line that a buffer holds; makes the object where there is none.
    ///
    /// - Parameter members: without a comma before the first.
    /// - Returns: false when the line's structure can't be followed; it is left as it is.
    @discardableResult
    package static func append(_ members: Span<UInt8>, to line: inout ByteBuffer) -> Bool {
        guard !members.isEmpty else { return true }
        guard let place = line.withSpan({ Place($0) }) else { return false }
        var text = ByteBuffer(capacity: members.count + 16)
        if !place.isFirst { text.append(0x2c) }
        text.append(place.head)
        text.append(members)
        text.append(place.tail)
        text.withSpan { line.replace(place.end..<place.end, with: $0) }
        return true
    }

    /// Where members are added, and what stands around them.
    private struct Place {
        var end: Int
        /// Whether nothing stands before them in what they are added to.
        var isFirst: Bool
        var head: StaticString = ""
        var tail: StaticString = ""

        init?(_ line: borrowing Span<UInt8>) {
            var scanner = JSONScanner(place: 0)
            guard scanner.take(0x7b, line) else { return nil }
            var isEmpty = true
            while let name = scanner.member(line) {
                isEmpty = false
                guard Self.isOurs(name, scanner, line) else {
                    guard scanner.skipValue(line) else { return nil }
                    continue
                }
                // An array may stand for the object.
                let isArray = scanner.isAt(0x5b, line)
                guard isArray || scanner.isAt(0x7b, line) else { return nil }
                var inside = JSONScanner(place: scanner.place + 1)
                guard scanner.skipValue(line) else { return nil }
                end = scanner.place - 1
                isFirst = inside.isAt(isArray ? 0x5d : 0x7d, line)
                if isArray { (head, tail) = ("{", "}") }
                return
            }
            guard scanner.isAt(0x7d, line) else { return nil }
            end = scanner.place
            isFirst = isEmpty
            (head, tail) = ("\"hallmark\":{", "}")
        }

        private static let name = Array("hallmark".utf8)

        private static func isOurs(
            _ name: Range<Int>,
            _ scanner: JSONScanner,
            _ line: borrowing Span<UInt8>
        ) -> Bool {
            let isLong = name.count > Self.name.count + 2
            guard name.count >= Self.name.count + 2, !isLong || scanner.hasEscape(name, line) else {
                return false
            }
            return scanner.text(name, line) == Self.name
        }
    }
}
