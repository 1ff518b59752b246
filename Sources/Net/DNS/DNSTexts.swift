import CAres
import Glibc

/// What c-ares reads of answers that hold names.
enum DNSTexts {
    /// More names of one answer are not read.
    private static let maximum = 32

    /// The names of an address, in lower case; nil for what can't be read.
    static func names(_ message: UnsafeBufferPointer<UInt8>) -> (texts: [String], isEmpty: Bool)? {
        var host: UnsafeMutablePointer<hostent>?
        var address: UInt32 = 0
        let length = CInt(clamping: message.count)
        // The address is only written down in what is returned, and is not looked at.
        let result = ares_parse_ptr_reply(message.baseAddress, length, &address, 4, AF_INET, &host)
        guard result == ARES_SUCCESS, let host else { return result == ARES_ENODATA ? ([], true) : nil }
        defer { ares_free_hostent(host) }
        var names: [String] = []
        func add(_ text: UnsafePointer<CChar>?) {
            guard let text, let name = DNSName.canonical(String(cString: text)), !names.contains(name) else {
                return
            }
            names.append(name)
        }
        // All names are among the aliases; the first is the host's own.
        if let aliases = host.pointee.h_aliases {
            var place = 0
            while place < maximum, let alias = aliases[place] {
                add(alias)
                place += 1
            }
        }
        if names.isEmpty { add(host.pointee.h_name) }
        return (names, names.isEmpty)
    }

    /// The domains of the authorities that may issue, in lower case; none when nobody may.
    static func authorities(_ message: UnsafeBufferPointer<UInt8>) -> (texts: [String], isEmpty: Bool)? {
        var first: UnsafeMutablePointer<ares_caa_reply>?
        let result = ares_parse_caa_reply(message.baseAddress, CInt(clamping: message.count), &first)
        guard result == ARES_SUCCESS, let first else { return result == ARES_ENODATA ? ([], true) : nil }
        defer { ares_free_data(first) }
        var domains: [String] = []
        var hasIssue = false
        var next: UnsafeMutablePointer<ares_caa_reply>? = first
        var count = 0
        while let record = next?.pointee, count < maximum {
            count += 1
            next = record.next
            let property = text(record.property, record.plength).lowercased()
            guard property == "issue" || property == "issuewild" else { continue }
            hasIssue = true
            // Parameters follow a semicolon; nothing in front of it forbids everybody.
            let value = text(record.value, record.length).prefix { $0 != ";" }
            let domain = DNSName.canonical(value.trimmingBlanks())
            if let domain, !domains.contains(domain) { domains.append(domain) }
        }
        // Records that speak of other things restrict nobody.
        return (domains, !hasIssue)
    }

    private static func text(_ start: UnsafeMutablePointer<UInt8>?, _ count: Int) -> String {
        guard let start, count > 0 else { return "" }
        return String(decoding: UnsafeBufferPointer(start: start, count: min(count, 1024)), as: UTF8.self)
    }
}

extension Substring {
    fileprivate func trimmingBlanks() -> String {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}
