import Wire

/// How the lines or entries of somebody's files become observations: what a mapping file says.
package struct Mapping: Sendable {
    /// How a file is taken apart.
    package enum Input: String, CaseIterable, Sendable {
        /// JSON: one value a line, or an array, or one document.
        case json
        /// Lines with fields between separators, quoted as in RFC 4180.
        case csv
        /// The same between tabs.
        case tsv
        /// Lines of `name=value` or `name="value"`.
        case keyValue = "key-value"
        /// Lines of fields between blanks, quoted where they hold some.
        case words
    }

    /// What tells a file of this kind.
    package struct Recognition: Sendable {
        /// Names of JSON members that all stand in the first bytes; of each of these lists one.
        package var members: [[String]] = []
        /// Names of JSON members of which none stands there: those of another program's files.
        package var without: [String] = []
        /// Texts that all stand in the first bytes; of each of these lists one.
        package var contains: [[String]] = []
        /// Columns that all stand in the first line.
        package var columns: [String] = []
        /// How the values of columns look, of lines that have exactly the columns of the mapping.
        package var shapes: [(column: String, shape: Shape)] = []

        var isEmpty: Bool { members.isEmpty && contains.isEmpty && columns.isEmpty && shapes.isEmpty }
    }

    /// An entry is read when what stands there is one of these.
    package struct Condition: Sendable {
        package var path: String
        package var values: [String]
    }

    /// Where a field's value comes from.
    package enum Value: Sendable, Equatable {
        /// The first of these places that has something.
        case first([String])
        /// What all of these places have, one after the other.
        case all([String])
        /// The texts of all of these places with a blank between.
        case joined([String])
        /// The sum of the numbers at these places.
        case sum([String])
        /// The same always.
        case constant(String)
    }

    /// When a program that wrote serial numbers in decimal digits began to write them in hexadecimal.
    package struct Serials: Sendable, Equatable {
        /// The place where an entry has the version of who wrote it.
        package var version: String
        /// Versions before this one wrote decimal digits, and those from `hexFrom` on hexadecimal ones; of
        /// what lies between nobody knows.
        package var decimalBefore: [Int]
        package var hexFrom: [Int]

        /// Whether a version wrote decimal digits; nil for one that tells nothing.
        func areDecimal(_ text: String) -> Bool? {
            guard let version = Self.numbers(text) else { return nil }
            if version.lexicographicallyPrecedes(decimalBefore) { return true }
            return version.lexicographicallyPrecedes(hexFrom) ? nil : false
        }

        /// The numbers of a version: `8.16.1`.
        static func numbers(_ text: String) -> [Int]? {
            let parts = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }.split(separator: ".")
            let numbers = parts.prefix(4).compactMap { Int($0) }
            return numbers.isEmpty || numbers.count < min(4, parts.count) ? nil : numbers
        }
    }

    /// What a value looks like, for files in which nothing says what they are.
    package enum Shape: String, CaseIterable, Sendable {
        case address, number, time
        /// A version of TLS.
        case version

        func fits(_ text: String) -> Bool {
            switch self {
            case .address: IPAddress(text) != nil
            case .number: !text.isEmpty && text.utf8.allSatisfy { $0 &- 0x30 < 10 }
            case .time: ForeignTime.nanoseconds(text.utf8) != nil
            case .version: ForeignText.version(text) != nil
            }
        }
    }

    package var name: String
    package var title: String
    package var product: String
    package var format: String
    package var input: Input
    package var recognition = Recognition()
    package var conditions: [Condition] = []
    /// Lists in an entry of which each element is an observation: the first of these that is there.
    package var each: [String] = []
    /// The columns of lines without a head that names them.
    package var columns: [String] = []
    package var separator: UInt8 = 0x2c
    /// How many fields a whole line has; nil for any number.
    package var width: FieldWidth?
    /// What stands for nothing.
    package var unset: Set<String> = []
    package var lacks: [String] = []
    /// Whether names of headers have underscores for hyphens.
    package var hasUnderscores = false
    /// Whether a certificate that stands without others is all that the server sent.
    package var hasWholeChains = false
    /// What tells decimal serial numbers; nil where `serial_number` is hexadecimal always.
    package var serials: Serials?
    package var fields: [(field: MappedField, value: Value)] = []

    /// Whether it says nothing of how its files look.
    package var isForAnyFile: Bool { recognition.isEmpty }
}
