/// The title of an HTML page: the text of its first `title` element, as `document.title` has it.
///
/// References are resolved, runs of blanks folded into one and the ends trimmed; it has at
/// most 256 characters.
package enum HTMLTitle {
    package static let limit = 256

    /// The title in `page`, or nil when it has none; an empty title is "".
    ///
    /// - Parameter decode: makes text of the title's bytes, from whatever encoding keeps ASCII as it is.
    package static func find(
        in page: Span<UInt8>,
        decode: ([UInt8]) -> String = { String(decoding: $0, as: UTF8.self) }
    ) -> String? {
        var scanner = HTMLScanner()
        while let tag = scanner.next(in: page) {
            guard tag.name == "title", !tag.isInert else { continue }
            var bytes: [UInt8] = []
            // What an unclosed title swallows is cut by the limit.
            for index in tag.text.prefix(16 * limit) { bytes.append(page[index]) }
            return folded(CharacterReferences.resolve(decode(bytes)))
        }
        return nil
    }

    private static func folded(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var blank = false
        var count = 0
        for scalar in text.unicodeScalars {
            guard !scalar.isASCII || !isTagBlank(UInt8(scalar.value)) else {
                blank = !result.isEmpty
                continue
            }
            guard count + (blank ? 1 : 0) < limit else { break }
            if blank {
                result.append(" ")
                count += 1
            }
            blank = false
            result.append(scalar.value == 0 ? "\u{fffd}" : scalar)
            count += 1
        }
        return String(result)
    }
}

@inlinable
package func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte &- 9 < 5
}
