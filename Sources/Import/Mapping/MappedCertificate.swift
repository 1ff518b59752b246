import Observations

/// Certificates as the texts of somebody's entry tell them.
extension ReportedCertificate {
    /// Takes what an entry says of a certificate in one of the fields.
    ///
    /// - Returns: what could not be read, for the summary; nil when all could.
    mutating func take(_ field: MappedField, _ values: [ForeignValue]) -> String? {
        guard let value = values.first?.elements.first, let text = value.string else {
            takeNames(field, values)
            return nil
        }
        switch field {
        case .sha256, .sha1, .md5: return takeHash(field, text)
        case .isCA:
            isCA = values.first?.truth
            return isCA == nil ? "a yes or no that can't be read" : nil
        case .versionNumber: version = text
        case .serialNumber, .serialDecimal:
            // A number of JSON has decimal digits, whatever the texts of the source have.
            let isDecimal = field == .serialDecimal || value.numeral != nil
            serial =
                isDecimal ? ForeignText.serial(decimal: text) : ForeignText.serial(hex: text)
            return serial == nil ? "a serial number that can't be read" : nil
        case .notBefore:
            notBefore = ForeignTime.seconds(text.utf8)
            return notBefore == nil ? Self.noDate : nil
        case .notAfter:
            notAfter = ForeignTime.seconds(text.utf8)
            return notAfter == nil ? Self.noDate : nil
        case .signatureAlgorithm: signatureAlgorithm = ForeignText.signatureAlgorithm(text)
        case .keyAlgorithm: keyAlgorithm = ForeignText.keyAlgorithm(text)
        case .keySize:
            keySize = Int(text).flatMap { $0 >= 0 ? $0 : nil }
            return keySize == nil ? Self.noKey : nil
        case .keyCurve: keyCurve = ForeignText.keyCurve(text)
        case .keyExponent:
            keyExponent = Int(text).flatMap { $0 >= 0 ? $0 : nil }
            return keyExponent == nil ? Self.noKey : nil
        default: takeNames(field, values)
        }
        return nil
    }

    static let noDate = "a certificate's date that can't be read"
    private static let noKey = "a key's size or exponent that can't be read"

    /// Takes a hash where its length is right; of one that is written in places for several kinds its length
    /// says which it is.
    private mutating func takeHash(_ field: MappedField, _ text: String) -> String? {
        switch field {
        case .sha256: sha256 = ForeignText.hash(text, bytes: 32)
        case .sha1: sha1 = ForeignText.hash(text, bytes: 20)
        default: md5 = ForeignText.hash(text, bytes: 16)
        }
        let isHash = [32, 20, 16].contains { ForeignText.hash(text, bytes: $0) != nil }
        return isHash ? nil : "a hash that can't be read"
    }

    private mutating func takeNames(_ field: MappedField, _ values: [ForeignValue]) {
        switch field {
        case .alternativeNames: alternativeNames = Self.alternatives(values)
        case .subject: Self.takeName(values, into: &subject)
        case .issuer: Self.takeName(values, into: &issuer)
        default:
            guard let part = field.namePart else { return }
            let texts = values.flatMap(\.elements).compactMap(\.string)
            if part.isIssuer {
                for text in texts { issuer.add(part.label, text) }
            } else {
                for text in texts { subject.add(part.label, text) }
            }
        }
    }

    /// A name as a text, as an object of parts, or as an array of either.
    private static func takeName(_ values: [ForeignValue], into name: inout ReportedName) {
        for value in values.flatMap(\.elements) {
            if let members = value.members {
                for member in members {
                    for text in member.value.elements.compactMap(\.string) { name.add(member.name, text) }
                }
                // An object has a member for each part.
                if !members.isEmpty { name.isWhole = true }
            } else if let text = value.string, name.text == nil {
                let read = ReportedName(text: text)
                name.text = text
                // Parts that have places of their own in the entry are not taken twice.
                if name.isBare { name = read } else { name.add(missing: read) }
            }
        }
    }

    private static let kinds = ["DNS:", "IP:", "dns:", "email:", "URI:"]

    /// Names between commas, semicolons or line ends, with or without OpenSSL's `DNS:`.
    private static func alternatives(_ values: [ForeignValue]) -> [String] {
        values.flatMap(\.elements).compactMap(\.string).flatMap { text in
            text.replacing("IP Address:", with: "IP:").split { ",;".contains($0) || $0.isNewline }
                .flatMap(words).map { name in
                    kinds.first { name.hasPrefix($0) }.map { String(name.dropFirst($0.count)) } ?? name
                }
        }
        .filter { !$0.isEmpty }
    }

    /// The names of a list with blanks between; a name with a blank in it is one, and no words of it are.
    private static func words(_ text: Substring) -> [String] {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        let begins = words.map { word in kinds.contains { word.hasPrefix($0) } }
        // Where kinds are written, each begins a name; else names and addresses have dots or colons.
        guard begins.contains(true) else {
            return words.allSatisfy { $0.contains { ".:".contains($0) } }
                ? words : [words.joined(separator: " ")]
        }
        var names: [String] = []
        for (word, isBegin) in zip(words, begins) {
            if isBegin || names.isEmpty { names.append(word) } else { names[names.count - 1] += " " + word }
        }
        return names
    }
}

extension MappedField {
    /// Which part of a name it is.
    fileprivate var namePart: (isIssuer: Bool, label: String)? {
        switch self {
        case .subjectCommonName: (false, "CN")
        case .subjectOrganization: (false, "O")
        case .subjectUnit: (false, "OU")
        case .subjectCountry: (false, "C")
        case .subjectLocality: (false, "L")
        case .subjectState: (false, "ST")
        case .issuerCommonName: (true, "CN")
        case .issuerOrganization: (true, "O")
        case .issuerUnit: (true, "OU")
        case .issuerCountry: (true, "C")
        case .issuerLocality: (true, "L")
        case .issuerState: (true, "ST")
        default: nil
        }
    }
}

extension ReportedName {
    /// Whether there are no parts yet.
    fileprivate var isBare: Bool {
        var rest = self
        rest.text = nil
        return rest.isEmpty
    }

    /// Takes the parts that have no place of their own in the entry.
    fileprivate mutating func add(missing other: ReportedName) {
        if commonName.isEmpty { commonName = other.commonName }
        if country.isEmpty { country = other.country }
        if locality.isEmpty { locality = other.locality }
        if organization.isEmpty { organization = other.organization }
        if organizationalUnit.isEmpty { organizationalUnit = other.organizationalUnit }
        if stateOrProvince.isEmpty { stateOrProvince = other.stateOrProvince }
        isWhole = isWhole || other.isWhole
    }
}
