/// Takes a line of fields apart.
enum FieldLine {
    /// Fields between separators, quoted as in RFC 4180; whether a quote is open at the end, since the field
    /// goes on in the next line; and whether something stands behind a quote where only a separator may.
    static func separated(
        _ line: UnsafeRawBufferPointer,
        by separator: UInt8
    ) -> (fields: [String], isOpen: Bool, isOdd: Bool) {
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var isOdd = false
        var index = 0
        while index < line.count, fields.count < 1024 {
            let byte = line[index]
            if isQuoted {
                if byte == 0x22 {
                    if index + 1 < line.count, line[index + 1] == 0x22 {
                        field.append(byte)
                        index += 1
                    } else {
                        isQuoted = false
                        if index + 1 < line.count, line[index + 1] != separator { isOdd = true }
                    }
                } else {
                    field.append(byte)
                }
            } else if byte == 0x22, field.isEmpty {
                isQuoted = true
            } else if byte == separator {
                fields.append(String(decoding: field, as: UTF8.self))
                field.removeAll(keepingCapacity: true)
            } else {
                field.append(byte)
            }
            index += 1
        }
        fields.append(String(decoding: field, as: UTF8.self))
        return (fields, isQuoted, isOdd)
    }

    /// Fields between blanks, with quotes or brackets around those that hold some.
    static func words(_ line: UnsafeRawBufferPointer) -> [String] {
        var fields: [String] = []
        var index = 0
        while index < line.count, fields.count < 1024 {
            if line[index] == 0x20 || line[index] == 0x09 {
                index += 1
                continue
            }
            let closing: UInt8? = line[index] == 0x5b ? 0x5d : nil
            if line[index] == 0x22, let (text, end) = quoted(line, from: index + 1) {
                fields.append(text)
                index = end + 1
            } else if let closing, let end = line[(index + 1)...].firstIndex(of: closing) {
                fields.append(String(decoding: line[(index + 1)..<end], as: UTF8.self))
                index = end + 1
            } else {
                let end = line[index...].firstIndex { $0 == 0x20 || $0 == 0x09 } ?? line.count
                fields.append(String(decoding: line[index..<end], as: UTF8.self))
                index = end
            }
        }
        return fields
    }

    /// What stands in quotes up to the one that closes them, in which Squid writes others behind a backslash.
    private static func quoted(_ line: UnsafeRawBufferPointer, from start: Int) -> (text: String, end: Int)? {
        var text: [UInt8] = []
        var index = start
        while index < line.count, line[index] != 0x22 {
            if line[index] == 0x5c, index + 1 < line.count, [0x22, 0x5c].contains(line[index + 1]) {
                index += 1
            }
            text.append(line[index])
            index += 1
        }
        return index < line.count ? (String(decoding: text, as: UTF8.self), index) : nil
    }

    /// `name=value` and `name="value"`, with backslashes before quotes; other words are passed over.
    ///
    /// - Returns: the values by name, of a name that stands twice the first; those names with what else they
    ///   have; and whether a quote is open at the end.
    static func pairs(
        _ line: UnsafeRawBufferPointer
    ) -> (found: [String: String], twice: [(name: String, value: String)], isOpen: Bool) {
        var found: [String: String] = [:]
        var twice: [(name: String, value: String)] = []
        var isOpen = false
        var index = 0
        while index < line.count, found.count + twice.count < 1024 {
            let start = index
            while index < line.count, isNameByte(line[index]) { index += 1 }
            guard index > start, index < line.count, line[index] == 0x3d else {
                // What is no name ends with the next blank.
                index = max(index, start + 1)
                continue
            }
            let name = String(decoding: line[start..<index], as: UTF8.self)
            index += 1
            var value: [UInt8] = []
            if index < line.count, line[index] == 0x22 {
                index += 1
                while index < line.count, line[index] != 0x22 {
                    if line[index] == 0x5c, index + 1 < line.count { index += 1 }
                    value.append(line[index])
                    index += 1
                }
                isOpen = isOpen || index >= line.count
                index += 1
            } else {
                while index < line.count, line[index] > 0x20, line[index] != 0x2c {
                    value.append(line[index])
                    index += 1
                }
            }
            let text = String(decoding: value, as: UTF8.self)
            if found[name] == nil { found[name] = text } else { twice.append((name, text)) }
        }
        return (found, twice, isOpen)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == 0x5f || byte == 0x2e || byte == 0x2d
    }
}
