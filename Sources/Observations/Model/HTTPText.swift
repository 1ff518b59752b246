internal import Glibc
import Wire

/// Makes text of a page's bytes, with the C library's tables where the encoding is neither UTF-8 nor UTF-16.
enum HTTPText {
    /// The C library's names of encodings that go by another one in the Encoding Standard.
    private static let names = [
        "gbk": "GB18030", "big5": "BIG5-HKSCS", "shift_jis": "CP932", "euc-kr": "CP949",
        "euc-jp": "EUC-JP-MS",
        "iso-8859-8-i": "ISO-8859-8", "windows-874": "CP874", "x-mac-cyrillic": "MAC-UK",
    ]

    /// The text of `bytes`; what is no character as U+FFFD.
    ///
    /// - Parameter encoding: the Encoding Standard's name; nil for UTF-8 if it is, else Windows-1252.
    static func decode(_ bytes: [UInt8], _ encoding: String?) -> String {
        switch encoding {
        case "utf-8": return String(decoding: bytes, as: UTF8.self)
        case "utf-16le", "utf-16be": return utf16(bytes, isBigEndian: encoding == "utf-16be")
        case "replacement": return "\u{fffd}"
        case nil, "x-user-defined":
            return bytes.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
                ?? decode(bytes, "windows-1252")
        case let name?:
            let known =
                names[name] ?? (name.hasPrefix("windows-") ? "CP" + name.dropFirst(8) : name.uppercased())
            return convert(bytes, known, fillsC1: name.hasPrefix("windows-"))
                ?? String(decoding: bytes, as: UTF8.self)
        }
    }

    private static func utf16(_ bytes: [UInt8], isBigEndian: Bool) -> String {
        let units = stride(from: 0, to: bytes.count - 1, by: 2).map { index in
            let (one, two) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return isBigEndian ? one << 8 | two : two << 8 | one
        }
        return String(decoding: units.first == 0xfeff ? units[1...] : units[...], as: UTF16.self)
    }

    /// By `iconv`; nil when the C library does not know the encoding.
    ///
    /// - Parameter fillsC1: bytes 0x80 to 0x9f without a character stand for themselves, as in browsers.
    private static func convert(_ bytes: [UInt8], _ name: String, fillsC1: Bool) -> String? {
        let converter = iconv_open("UTF-8", name)
        guard converter != iconv_t(bitPattern: -1) else { return nil }
        defer { iconv_close(converter) }
        var input = bytes.map { CChar(bitPattern: $0) }
        var output = [CChar](repeating: 0, count: 4 * bytes.count + 16)
        var count = 0
        input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                var from = input.baseAddress
                var left = input.count
                while left > 0 {
                    var to = output.baseAddress.map { $0 + count }
                    var room = output.count - count
                    let status = iconv(converter, &from, &left, &to, &room)
                    count = output.count - room
                    guard status == -1, left > 0, let byte = from?.pointee, room > 3 else { break }
                    // One byte that is no character, or the beginning of one that was cut off.
                    let bad = UInt8(bitPattern: byte)
                    let stand: Unicode.Scalar =
                        fillsC1 && 0x80...0x9f ~= bad ? Unicode.Scalar(bad) : "\u{fffd}"
                    for unit in UTF8.encode(stand) ?? UTF8.encodedReplacementCharacter {
                        output[count] = CChar(bitPattern: unit)
                        count += 1
                    }
                    from = from.map { $0 + 1 }
                    left -= 1
                }
                // Some tables hold a letter back until it is clear that no accent follows.
                var to = output.baseAddress.map { $0 + count }
                var room = output.count - count
                _ = iconv(converter, nil, nil, &to, &room)
                count = output.count - room
            }
        }
        return String(decoding: output[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension HTTPExchange {
    /// The title of an answer that looks like a page, in whatever encoding it is.
    package var title: String? {
        if let title = reported?.title { return title }
        let encoding = PageCharset.find(in: body.span, contentType: headers.first("content-type"))
        switch encoding {
        // Encodings in which an ASCII byte is not always that character: the page is made UTF-8 first.
        case "utf-16le", "utf-16be", "iso-2022-jp", "replacement":
            return HTMLTitle.find(in: Array(HTTPText.decode(body, encoding).utf8).span)
        default:
            return HTMLTitle.find(in: body.span) { HTTPText.decode($0, encoding) }
        }
    }
}
