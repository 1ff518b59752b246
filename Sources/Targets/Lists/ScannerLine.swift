import Bytes
import Wire

/// Lines of the lists that masscan and nmap write.
enum ScannerLine {
    /// Nil when another program wrote the line, or a person.
    static func read(_ text: [UInt8]) throws(TargetList.Problem) -> TargetList.Line? {
        if text.starts(with: "Host: ".utf8) || text.starts(with: "Timestamp: ".utf8) {
            return try greppable(text)
        }
        for (beginning, why) in unread where text.starts(with: beginning.utf8) {
            throw TargetList.Problem([], why)
        }
        let words = LineItems.ranges(in: text.span).map { Array(text[$0]) }
        guard words.count >= 3, states.contains(String(decoding: words[0], as: UTF8.self)),
            protocols.contains(String(decoding: words[1], as: UTF8.self)), words[2].isNumber
        else { return nil }
        return try listed(words, text)
    }

    private static let states = ["open", "closed", "banner"]
    private static let protocols = ["tcp", "udp", "sctp", "icmp", "arp", "oproto"]

    private static let normal = "nmap's normal output is not read; -oG writes what is"
    private static let xml = "XML is not read; nmap's and masscan's -oG is"
    private static let unread = [
        ("Nmap scan report for", normal), ("Starting Nmap", normal), ("<?xml", xml), ("<nmaprun", xml),
        ("<host", xml),
    ]

    /// What masscan writes with `-oL`: state, protocol, port, address, time, and of a banner more.
    private static func listed(_ words: [[UInt8]], _ text: [UInt8]) throws(TargetList.Problem)
        -> TargetList.Line
    {
        let isBanner = words[0].elementsEqual("banner".utf8)
        guard words.count == 5 || isBanner && words.count > 5, words[3].isAddress,
            words[4].isNumber
        else {
            throw TargetList.Problem(text, "a line of masscan's has state, protocol, port, address and time")
        }
        guard words[1].elementsEqual("tcp".utf8), !words[0].elementsEqual("closed".utf8) else {
            return .closed
        }
        let (open, host) = (try ports(words[2]), words[3])
        guard let address = IPAddress(host.span) else { return .closed }
        return .targets([TargetList.Item(TargetSpec(address, open))])
    }

    /// What masscan and nmap write with `-oG`: parts between tabs, each a name, a colon and a text.
    private static func greppable(_ text: [UInt8]) throws(TargetList.Problem) -> TargetList.Line {
        var address: IPAddress?
        var open = PortSet()
        for part in text.split(separator: 0x09) {
            guard let colon = part.firstIndex(of: UInt8(ascii: ":")) else {
                throw TargetList.Problem(Array(part), "a part of a -oG line has a name and a colon")
            }
            let value = Array(part[(colon + 1)...]).withoutBlanks
            switch String(decoding: part[..<colon], as: UTF8.self) {
            case "Host":
                let host = Array(value.prefix { $0 != 0x20 })
                address = IPAddress(host.span)
            case "Ports": open = open.union(try openPorts(value))
            // A banner of masscan's.
            case "Port": open = open.union(try ports(value))
            case "Timestamp", "Status", "Protocols", "Ignored State", "OS", "Seq Index", "IP ID Seq",
                "Service",
                "Banner":
                break
            default: throw TargetList.Problem(Array(part), "neither nmap nor masscan has such a part in -oG")
            }
        }
        guard let address else { throw TargetList.Problem(text, "the address behind \"Host:\" is missing") }
        return open.isEmpty ? .closed : .targets([TargetList.Item(TargetSpec(address, open))])
    }

    /// The open TCP ports of `22/open/tcp//ssh//OpenSSH 9.2/, 443/closed/tcp//https///`.
    private static func openPorts(_ text: [UInt8]) throws(TargetList.Problem) -> PortSet {
        var open = PortSet()
        for entry in try entries(text) {
            let fields = entry.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            guard fields.count >= 6, fields[0].isNumber, !fields[1].isEmpty, !fields[2].isEmpty else {
                throw TargetList.Problem(
                    entry,
                    "a port of -oG has port, state, protocol, owner, service and version"
                )
            }
            guard fields[1].elementsEqual("open".utf8), fields[2].elementsEqual("tcp".utf8) else { continue }
            open = open.union(try ports(Array(fields[0])))
        }
        return open
    }

    /// The texts between commas; a version may hold commas, and goes on to the slash that ends it.
    private static func entries(_ text: [UInt8]) throws(TargetList.Problem) -> [[UInt8]] {
        var entries: [[UInt8]] = []
        for part in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            if let last = entries.last, last.last != UInt8(ascii: "/") {
                entries[entries.count - 1] += [UInt8(ascii: ",")] + part
            } else {
                entries.append(Array(part).withoutBlanks)
            }
        }
        guard entries.allSatisfy({ $0.last == UInt8(ascii: "/") }) else {
            throw TargetList.Problem(text, "the last port of -oG is cut off")
        }
        return entries
    }

    private static func ports(_ text: [UInt8]) throws(TargetList.Problem) -> PortSet {
        do throws(AddressSyntaxError) {
            guard text.isNumber else { throw AddressSyntaxError("is not a port") }
            return try PortSet(parsing: text.span)
        } catch {
            throw TargetList.Problem(text, error.why)
        }
    }
}

extension TargetSpec {
    fileprivate init(_ address: IPAddress, _ ports: PortSet) {
        self.init(host: .addresses(AddressRange(address)), ports: ports)
    }
}
