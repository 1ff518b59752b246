/// Numbers too long for an integer type, such as serials, as decimal text.
package enum DecimalText {
    /// - Parameter hexadecimal: digits of any number, without a sign.
    /// - Returns: nil if one of them is none.
    package static func of(hexadecimal: String) -> String? {
        // Least significant digit first.
        var digits: [Int] = [0]
        for character in hexadecimal {
            guard var carry = character.hexDigitValue else { return nil }
            for index in digits.indices {
                let value = digits[index] * 16 + carry
                digits[index] = value % 10
                carry = value / 10
            }
            while carry > 0 {
                digits.append(carry % 10)
                carry /= 10
            }
        }
        return digits.reversed().map(String.init).joined()
    }
}
