import Bytes
import Wire

/// A line in the language of targets: one item, or several with blanks between them.
enum TargetLine {
    static func items(of line: [UInt8]) throws(TargetList.Problem) -> [TargetList.Item] {
        let words = joined(LineItems.ranges(in: line.span).map { Array(line[$0]) })
        if words.count == 1 { return [try item(words[0])] }
        if let item = hostAndPort(words) { return [item] }
        var items: [TargetList.Item] = []
        for word in words {
            do throws(TargetList.Problem) {
                items.append(try item(word))
            } catch {
                throw TargetList.Problem(error.text, error.why + "; nothing of this line is scanned")
            }
        }
        return try whole(items, line)
    }

    private static func item(_ word: [UInt8]) throws(TargetList.Problem) -> TargetList.Item {
        if let item = addressAndPort(word) { return item }
        do throws(AddressSyntaxError) {
            return TargetList.Item(try TargetSpec(parsing: word.span), word)
        } catch {
            throw TargetList.Problem(word, error.why)
        }
    }

    /// Joins what blanks must not part: a pair at its comma, a range at its hyphen, a network at its slash.
    private static func joined(_ words: [[UInt8]]) -> [[UInt8]] {
        let comma = UInt8(ascii: ",")
        var joined: [[UInt8]] = []
        for word in words {
            guard let last = joined.last else {
                joined.append(word)
                continue
            }
            if last.last == comma || word.first == comma || isNetwork(last, word) || isRange(last, word) {
                joined[joined.count - 1] += word
            } else {
                joined.append(word)
            }
        }
        return joined
    }

    private static func isNetwork(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        let slash = UInt8(ascii: "/")
        if right.first == slash { return left.isAddress }
        return left.last == slash && left.dropLast().isAddress && right.isNumber
    }

    /// Whether two words are a range's parts; `192.0.2.1 -` is one that waits for its end.
    private static func isRange(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        let hyphen = UInt8(ascii: "-")
        func isEnd(_ text: [UInt8]) -> Bool { text.isNumber || text.isAddress }
        if right.first == hyphen {
            return left.isAddress && (right.count == 1 || isEnd(Array(right.dropFirst())))
        }
        return left.last == hyphen && left.dropLast().isAddress && isEnd(right)
    }

    /// `192.0.2.1,443`, as zmap writes two columns without their names; a number is nobody's server name.
    private static func addressAndPort(_ word: [UInt8]) -> TargetList.Item? {
        guard let comma = word.firstIndex(of: UInt8(ascii: ",")), comma > 0 else { return nil }
        return hostAndPort([Array(word[..<comma]), Array(word[(comma + 1)...])], isAddress: true)
    }

    /// `192.0.2.1 443` or `example.com 443`.
    private static func hostAndPort(_ words: [[UInt8]], isAddress: Bool = false) -> TargetList.Item? {
        guard words.count == 2, words[1].isNumber, !isAddress || words[0].isAddress else { return nil }
        let (host, port) = (words[0], words[1])
        let ports = try? PortSet(parsing: port.span)
        let read = try? TargetSpec(parsing: host.span)
        guard let ports, var spec = read, spec.ports == nil, spec.serverName == nil, spec.scheme == .tls
        else {
            return nil
        }
        spec.ports = ports
        return TargetList.Item(spec)
    }

    /// What several items on a line mean together.
    ///
    /// An address and names is what a hosts file has: the names belong to the address, and are not looked up.
    private static func whole(
        _ items: [TargetList.Item],
        _ line: [UInt8]
    ) throws(TargetList.Problem) -> [TargetList.Item] {
        let isName = items.map(\.spec.isBareName)
        guard isName.contains(true) else { return items }
        if let address = items.first?.spec, address.isSingleAddress {
            guard !isName.dropFirst().contains(false) else {
                throw TargetList.Problem(
                    line,
                    "after an address, names follow that it is to be asked for, or others"
                )
            }
            // A hosts file names no ports: `192.0.2.1:443 open` is somebody's list of open ports.
            if address.ports != nil {
                for item in items.dropFirst() where !item.text.contains(UInt8(ascii: ".")) {
                    throw TargetList.Problem(
                        item.text,
                        "a word behind a port is no server name; a pair is written address:port,name, and nothing "
                            + "of this line is scanned"
                    )
                }
            }
            return items.dropFirst().map { item in
                var pair = address
                if case .name(let name) = item.spec.host { pair.serverName = name }
                return TargetList.Item(pair)
            }
        }
        guard items.allSatisfy({ !$0.spec.isSingleAddress }) else {
            throw TargetList.Problem(line, "names and addresses are mixed; a pair is written address,name")
        }
        // Words without a dot are more often prose than names.
        for (item, isName) in zip(items, isName) where isName && !item.text.contains(UInt8(ascii: ".")) {
            throw TargetList.Problem(
                item.text,
                "one word of several is no target; nothing of this line is scanned"
            )
        }
        return items
    }
}

extension TargetSpec {
    /// A name without a scheme, ports or a server name.
    fileprivate var isBareName: Bool {
        guard case .name = host else { return false }
        return ports == nil && serverName == nil && scheme == .tls
    }

    /// One address without a scheme or a server name.
    fileprivate var isSingleAddress: Bool {
        guard case .addresses(let range) = host else { return false }
        return range.isSingle && serverName == nil && scheme == .tls
    }
}

extension Collection<UInt8> {
    /// Whether it is made of digits alone.
    var isNumber: Bool { !isEmpty && allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }

    /// Whether it is one address.
    var isAddress: Bool {
        let bytes = Array(self)
        return IPAddress(bytes.span) != nil
    }
}
