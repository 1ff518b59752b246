import CVectorscan
import Glibc

/// Says at once whether a regular expression can be run.
enum RegexCheck {
    /// Vectorscan takes twice as long to read an expression for each level that its groups are nested.
    private static let maximumDepth = 12
    /// Seconds go by when a character is repeated tens of thousands of times.
    private static let maximumRepeats = 1000

    static func flags(_ flags: RegexFlags) -> UInt32 {
        var bits = UInt32(HS_FLAG_UTF8 | HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY)
        if flags.contains(.caseless) { bits |= UInt32(HS_FLAG_CASELESS) }
        if flags.contains(.multiline) { bits |= UInt32(HS_FLAG_MULTILINE) }
        if flags.contains(.dotAll) { bits |= UInt32(HS_FLAG_DOTALL) }
        return bits
    }

    /// Flags of a text with wildcards, which is matched in bytes.
    static func textFlags(cased: Bool) -> UInt32 {
        UInt32(HS_FLAG_DOTALL | HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY)
            | (cased ? 0 : UInt32(HS_FLAG_CASELESS))
    }

    static func problem(_ expression: String, _ flags: RegexFlags) -> String? {
        guard expression.utf8.count <= 4096 else { return "longer than 4096 bytes" }
        guard !expression.utf8.contains(0) else { return "holds a NUL" }
        if let problem = cost(expression) { return problem }
        var info: UnsafeMutablePointer<hs_expr_info_t>?
        var error: UnsafeMutablePointer<hs_compile_error_t>?
        let result = hs_expression_info(expression, self.flags(flags), &info, &error)
        defer {
            free(info)
            if result != HS_SUCCESS { hs_free_compile_error(error) }
        }
        if result == HS_SUCCESS { return nil }
        return error.flatMap { $0.pointee.message }.map { String(cString: $0) } ?? "error \(result)"
    }

    /// What would take long to compile.
    private static func cost(_ expression: String) -> String? {
        var depth = 0
        var isClass = false
        var number: Int?
        var bytes = expression.utf8.makeIterator()
        while let byte = bytes.next() {
            if let digits = number {
                guard (0x30...0x39).contains(byte) else {
                    number = byte == 0x2c ? 0 : nil
                    continue
                }
                number = digits * 10 + Int(byte) - 0x30
                if number ?? 0 > maximumRepeats { return "repeats more than \(maximumRepeats) times" }
                continue
            }
            switch byte {
            case 0x5c: _ = bytes.next()
            case 0x5b: isClass = true
            case 0x5d: isClass = false
            case 0x28 where !isClass: depth += 1
            case 0x29 where !isClass: depth -= 1
            case 0x7b where !isClass: number = 0
            default: break
            }
            if depth > maximumDepth { return "groups nested more than \(maximumDepth) deep" }
        }
        return nil
    }
}
