/// The text of an inventory's file, whichever program wrote it.
package enum InventoryText {
    /// UTF-8 without a byte order mark, of UTF-8 or of UTF-16 in either order.
    ///
    /// UTF-16 without a mark is told by a first character that is ASCII, as every inventory's is.
    ///
    /// - Throws: for workbooks and packed files, with what to do, and for files that are no text.
    package static func utf8(_ bytes: [UInt8], file: String) throws(InventoryError) -> [UInt8] {
        func wrong(_ reason: String) -> InventoryError { InventoryError(file: file, reason: reason) }
        let advice = "save it as CSV (UTF-8) in the spreadsheet program and name that file"
        if bytes.starts(with: [0x50, 0x4b, 0x03, 0x04]) {
            throw wrong("is a workbook (xlsx, ods) or another ZIP file: \(advice)")
        }
        if bytes.starts(with: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
            throw wrong("is a workbook in the old format of Excel (xls): \(advice)")
        }
        if bytes.starts(with: [0x1f, 0x8b]) || bytes.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) {
            throw wrong("is packed twice: unpack it first")
        }
        let text: [UInt8]
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) {
            text = Array(bytes.dropFirst(3))
        } else if bytes.starts(with: [0xff, 0xfe]) {
            text = utf16(bytes.dropFirst(2), isBigEndian: false)
        } else if bytes.starts(with: [0xfe, 0xff]) {
            text = utf16(bytes.dropFirst(2), isBigEndian: true)
        } else if bytes.count > 1, bytes[0] != 0, bytes[1] == 0 {
            text = utf16(bytes[...], isBigEndian: false)
        } else if bytes.count > 1, bytes[0] == 0, bytes[1] != 0 {
            text = utf16(bytes[...], isBigEndian: true)
        } else {
            text = bytes
        }
        guard !text.contains(0) else { throw wrong("is no text") }
        guard text.contains(where: { $0 > 0x20 }) else { throw wrong("is empty") }
        return text
    }

    /// An odd byte at the end becomes U+FFFD, as half of a pair does.
    private static func utf16(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> [UInt8] {
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        var index = bytes.startIndex
        while index + 1 < bytes.endIndex {
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            units.append(isBigEndian ? first << 8 | second : second << 8 | first)
            index += 2
        }
        if index < bytes.endIndex { units.append(0xfffd) }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }
}
