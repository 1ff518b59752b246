/// Labels outside ASCII as DNS and certificates carry them (RFC 3492), for lists that people write.
package enum Punycode {
    /// The label in its `xn--` form, one in ASCII as it is; nil for one that is too long.
    ///
    /// - Parameter label: in lower case and in Unicode's composed form.
    package static func encode(_ label: Substring) -> String? {
        if label.utf8.allSatisfy({ $0 < 0x80 }) { return String(label) }
        let scalars = label.unicodeScalars.map { Int($0.value) }
        // No label of DNS is longer, and so no step below can overflow.
        guard scalars.count <= 63 else { return nil }
        var output = scalars.filter { $0 < 0x80 }.map { UInt8($0) }
        let basic = output.count
        if basic > 0 { output.append(UInt8(ascii: "-")) }
        var (next, delta, bias, handled) = (128, 0, 72, basic)
        while handled < scalars.count {
            guard let least = scalars.filter({ $0 >= next }).min() else { return nil }
            delta += (least - next) * (handled + 1)
            next = least
            for scalar in scalars {
                if scalar < next { delta += 1 }
                guard scalar == next else { continue }
                append(delta, bias, to: &output)
                bias = adapted(delta, handled + 1, isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            next += 1
        }
        guard output.count <= 59 else { return nil }
        return "xn--" + String(decoding: output, as: UTF8.self)
    }

    /// A number of variable length, section 6.3.
    private static func append(_ number: Int, _ bias: Int, to output: inout [UInt8]) {
        var rest = number
        var position = 36
        while true {
            let threshold = min(26, max(1, position - bias))
            guard rest >= threshold else { break }
            output.append(digit(threshold + (rest - threshold) % (36 - threshold)))
            rest = (rest - threshold) / (36 - threshold)
            position += 36
        }
        output.append(digit(rest))
    }

    /// Section 6.1.
    private static func adapted(_ delta: Int, _ count: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / count
        var bias = 0
        while delta > 455 {
            delta /= 35
            bias += 36
        }
        return bias + 36 * delta / (delta + 38)
    }

    /// `a` to `z`, then `0` to `9`.
    private static func digit(_ value: Int) -> UInt8 {
        value < 26 ? UInt8(ascii: "a") + UInt8(value) : UInt8(ascii: "0") + UInt8(value - 26)
    }
}

extension Punycode {
    /// The label that an `xn--` label stands for (RFC 3492, section 6.2).
    ///
    /// - Returns: nil for any other label, and for one that stands for none.
    package static func decode(_ label: Substring) -> String? {
        guard label.utf8.count <= 63, label.lowercased().hasPrefix("xn--") else { return nil }
        var rest = Array(label.utf8.dropFirst(4))
        guard rest.allSatisfy({ $0 < 0x80 }) else { return nil }
        var output: [UInt32] = []
        if let dash = rest.lastIndex(of: 0x2d) {
            output = rest[..<dash].map { UInt32($0) }
            rest.removeFirst(dash + 1)
        }
        guard !rest.isEmpty else { return nil }
        var (next, index, bias, place) = (128, 0, 72, 0)
        while place < rest.count {
            let before = index
            var (weight, position) = (1, 36)
            while true {
                guard place < rest.count, let digit = value(rest[place]) else { return nil }
                place += 1
                let (product, isTooLarge) = digit.multipliedReportingOverflow(by: weight)
                guard !isTooLarge, product <= 0x7fff_ffff - index else { return nil }
                index += product
                let threshold = min(26, max(1, position - bias))
                if digit < threshold { break }
                guard weight <= 0x7fff_ffff / (36 - threshold) else { return nil }
                weight *= 36 - threshold
                position += 36
            }
            let count = output.count + 1
            bias = adapted(index - before, count, isFirst: before == 0)
            next += index / count
            index %= count
            guard let scalar = UInt32(exactly: next), Unicode.Scalar(scalar) != nil else { return nil }
            output.insert(scalar, at: index)
            index += 1
        }
        var text = String.UnicodeScalarView()
        for value in output { if let scalar = Unicode.Scalar(value) { text.append(scalar) } }
        return String(text)
    }

    private static func value(_ digit: UInt8) -> Int? {
        switch digit {
        case 0x61...0x7a: Int(digit) - 0x61
        case 0x41...0x5a: Int(digit) - 0x41
        case 0x30...0x39: Int(digit) - 0x30 + 26
        default: nil
        }
    }
}
