import Bytes
import Foundation
import Wire

/// One line of a list: a value by itself, a row of the SSL Blacklist, a remark, or what holds from here on.
enum ListLine {
    /// Nothing to be read: a remark or a blank line.
    case nothing
    /// A remark that says when the list was made, in milliseconds since 1970.
    case made(Int)
    /// What holds from here on: a member of the list's note, and its value.
    case setting(String, String)
    case values(Values)
    /// Why the line can't be read.
    case fault(String)

    struct Values {
        var indicators: [Indicator]
        /// When it was listed, in milliseconds since 1970; nil where the line does not say.
        var date: Int?
        var description: String?
        var software: String?
        /// Whether it is a row of the SSL Blacklist.
        var isOfSSLBL = false
    }

    /// - Parameter kind: what values are that say nothing themselves; nil when their form tells.
    init(_ line: UnsafeBufferPointer<UInt8>, kind: IndicatorKind?) {
        let text = Self.trimmed(line)
        guard !text.isEmpty else {
            self = .nothing
            return
        }
        if text[0] == 0x23 || text[0] == 0x3b || text.count > 1 && text[0] == 0x2f && text[1] == 0x2f {
            self = Self.remark(text)
        } else if text[0] == 0x22 || text.extracting(..<(Self.remarkPlace(text) ?? text.count)).contains(0x2c)
        {
            self = Self.row(text)
        } else {
            self = Self.value(text, kind)
        }
    }

    // MARK: Remarks

    /// The SSL Blacklist says in a remark when it was made: `# Last updated: 2020-07-27 11:14:53 UTC`.
    private static func remark(_ text: UnsafeBufferPointer<UInt8>) -> ListLine {
        if text.count > 1, text[0] == 0x23, text[1] == 0x21 { return setting(text.extracting(2...)) }
        let words = text.text
        guard text.count < 200, let place = words.range(of: "ast updated:") else { return .nothing }
        let day = words[place.upperBound...].drop { $0 == " " }.prefix(10)
        return RFC3339.milliseconds(day).map { .made($0) } ?? .nothing
    }

    /// `#! name: value`.
    private static func setting(_ text: UnsafeBufferPointer<UInt8>) -> ListLine {
        guard let colon = text.firstIndex(of: 0x3a) else {
            return .fault("'#!' begins a setting of the list, 'name: value'")
        }
        return .setting(
            trimmed(text.extracting(..<colon)).text.lowercased(),
            trimmed(text.extracting((colon + 1)...)).text
        )
    }

    // MARK: Values

    /// Where a remark behind a value begins.
    private static func remarkPlace(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
        text.indices.dropFirst().first { text[$0] == 0x23 && isBlank(text[$0 - 1]) }
    }

    private static func value(_ line: UnsafeBufferPointer<UInt8>, _ kind: IndicatorKind?) -> ListLine {
        var text = line
        var description: String?
        // What stands behind `#` says why it is listed, as in 'hallmark blocklist'.
        if let place = remarkPlace(line) {
            text = trimmed(line.extracting(..<place))
            let rest = trimmed(line.extracting((place + 1)...)).text
            description = rest.isEmpty ? nil : rest
        }
        var indicators: [Indicator] = []
        if let colon = text.firstIndex(where: { $0 == 0x3a || $0 == 0x3d }), colon > 0, colon <= 12,
            let kind = IndicatorKind(word: text.extracting(..<colon).text)
        {
            let value = trimmed(text.extracting((colon + 1)...))
            indicators = IndicatorText.read(kind, value.span)
            if indicators.isEmpty { return .fault("\(quoted(value)) is no \(kind.word)") }
        } else if let kind {
            indicators = IndicatorText.read(kind, text.span)
            if indicators.isEmpty { return .fault("\(quoted(text)) is no \(kind.word)") }
        } else {
            indicators = IndicatorText.guess(text.span)
        }
        guard !indicators.isEmpty else {
            return .fault(
                "\(quoted(text)) is neither a digest, a JARM, a JA4S, an address nor a name; a serial is "
                    + "written 'serial:…'"
            )
        }
        return .values(Values(indicators: indicators, description: description))
    }

    // MARK: Rows

    /// A row of the SSL Blacklist: `Listingdate,SHA1,Listingreason` or `Firstseen,DstIP,DstPort`.
    private static func row(_ text: UnsafeBufferPointer<UInt8>) -> ListLine {
        var cells: [Int] = []
        for index in text.indices where text[index] == 0x2c { cells.append(index) }
        let table = ListLine.fault(
            "\(quoted(text)) is a row of a table: only those of the SSL Blacklist are known; --iocs-map says what "
                + "the columns of others are"
        )
        guard cells.count >= 2 else { return table }
        func cell(_ number: Int) -> UnsafeBufferPointer<UInt8> {
            let start = number == 0 ? 0 : cells[number - 1] + 1
            // A reason may have commas in it.
            let end = number < 2 ? cells[number] : text.count
            return unquoted(trimmed(text.extracting(start..<max(start, end))))
        }
        guard let date = RFC3339.milliseconds(cell(0).text.prefix(10)) else { return table }
        if let key = IndicatorKey(.sha1, cell(1).span) {
            let reason = cell(2).text
            return .values(
                Values(
                    indicators: [Indicator(.sha1, key)],
                    date: date,
                    description: reason.isEmpty ? nil : reason,
                    software: software(reason),
                    isOfSSLBL: true
                )
            )
        }
        if IndicatorKey(.md5, cell(1).span) != nil || IndicatorKey(.md5, cell(0).span) != nil {
            return .fault("a JA3 of clients, which no server shows")
        }
        guard let address = IPAddress(cell(1).span), let number = UInt16(cell(2).text), number > 0 else {
            return table
        }
        return .values(
            Values(
                indicators: [Indicator(.endpoint, IndicatorKey(.endpoint, address, port: number))],
                date: date,
                description: "botnet C&C",
                isOfSSLBL: true
            )
        )
    }

    /// The family in a reason: `Dridex C&C`, `Gozi MITM`.
    private static func software(_ reason: String) -> String? {
        for ending in [" C&C", " C2", " MITM", " malware distribution"] where reason.hasSuffix(ending) {
            let name = String(reason.dropLast(ending.count))
            return name.isEmpty || name.lowercased() == "malware" ? nil : name
        }
        return nil
    }

    // MARK: Texts

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d }

    private static func trimmed(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var start = 0
        var end = text.count
        while start < end, isBlank(text[start]) { start += 1 }
        while end > start, isBlank(text[end - 1]) { end -= 1 }
        return text.extracting(start..<end)
    }

    private static func unquoted(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard text.count >= 2, text[0] == 0x22, text[text.count - 1] == 0x22 else { return text }
        return text.extracting(1..<(text.count - 1))
    }

    private static func quoted(_ text: UnsafeBufferPointer<UInt8>) -> String {
        let shown = text.extracting(..<min(60, text.count)).text
        return "'\(shown)\(text.count > 60 ? "…" : "")'"
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// A part, as if it were all.
    fileprivate func extracting(_ range: some RangeExpression<Int>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: self[range])
    }

    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
