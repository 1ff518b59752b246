import Foundation

/// Finds members that stand twice in one object: programs differ in which of them counts, and another
/// endpoint than the one that was meant would be looked at.
enum DoubledMember {
    /// The name of the first member that stands twice in an object of JSON or in one within it; nil for none.
    ///
    /// - Parameter text: JSON that was read as such: what is none is not looked for here.
    static func name(in text: ArraySlice<UInt8>) -> String? {
        var open: [Set<String>] = []
        var string: [UInt8] = []
        var (isInText, isEscaped) = (false, false)
        var last: [UInt8]?
        for byte in text {
            if isInText {
                if !isEscaped, byte == UInt8(ascii: "\"") {
                    (isInText, last) = (false, string)
                } else {
                    string.append(byte)
                    isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): (isInText, string, isEscaped) = (true, [], false)
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open.append([])
                last = nil
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                _ = open.popLast()
                last = nil
            case UInt8(ascii: ":"):
                guard let name = last, !open.isEmpty else { continue }
                let text = unescaped(name)
                if !open[open.count - 1].insert(text).inserted { return text }
                last = nil
            default: break
            }
        }
        return nil
    }

    /// A name with its escapes undone.
    private static func unescaped(_ name: [UInt8]) -> String {
        let plain = String(decoding: name, as: UTF8.self)
        guard name.contains(UInt8(ascii: "\\")) else { return plain }
        let quoted = Data("\"".utf8) + Data(name) + Data("\"".utf8)
        let value = try? JSONSerialization.jsonObject(with: quoted, options: .fragmentsAllowed)
        return value as? String ?? plain
    }
}
