import Bytes
import Wire

/// Rows of cells under a line that names the columns, as zmap, zgrab and spreadsheets write them.
struct TargetTable: Sendable {
    private let separator: UInt8
    private let names: [[UInt8]]
    private let roles: [Role?]

    /// What a column tells of an endpoint.
    enum Role: String, Sendable {
        case address, name, port, transport, state, success
        /// An item of the language of targets, or one that has to be of addresses: what tells a target in a
        /// row where nothing else does.
        case target, network
        /// How far a range goes: its last address, its mask, the length of its prefix.
        case extent
        /// The target once more, or the network that it is in, beside a column that tells it.
        case again

        /// The role of a column or member by its name; nil for one that tells nothing of an endpoint.
        ///
        /// zmap's `daddr` and `dport` are its own side of the answer, not the target's.
        init?(column: String) {
            switch TargetTable.letters(of: column) {
            case "saddr", "ip", "ipaddr", "ipaddress", "ipstr", "address", "addr", "ipv4", "ipv6", "serverip",
                "hostip":
                self = .address
            case "sport", "port", "ports", "serverport", "portnumber", "portnumbers", "portid", "openport",
                "openports", "tcpport", "tcpports", "tlsport", "tlsports", "sslport", "sslports", "httpsport",
                "httpsports", "serviceport", "serviceports", "dstport", "destinationport", "targetport":
                self = .port
            case "domain", "host", "hostname", "fqdn", "dnsname", "servername", "sni": self = .name
            case "proto", "protocol", "transport": self = .transport
            case "classification", "state", "status": self = .state
            case "success": self = .success
            case "target", "targets", "url", "urls", "uri", "uris", "endpoint", "endpoints", "server",
                "servers",
                "website", "websites", "hosts", "hostnames", "ips", "ipaddresses", "addresses", "domains",
                "domainname", "domainnames", "subdomain", "subdomains", "fqdns":
                self = .target
            case "network", "networks", "subnet", "subnets", "cidr", "cidrs", "range", "ranges", "iprange",
                "ipranges", "netblock", "netblocks", "prefix", "prefixes":
                self = .network
            case "mask", "netmask", "subnetmask", "networkmask", "ipmask", "addressmask", "prefixlen",
                "prefixlength",
                "masklen", "masklength", "maskbits", "bits", "len", "length", "broadcast", "end", "endip",
                "ipend",
                "endaddress", "addressend", "lastip", "iplast", "last", "lastaddress", "to", "toip", "ipto",
                "rangeend",
                "endrange", "stop":
                self = .extent
            default: return nil
            }
        }

        /// Whether it tells a target where no column tells an address or a name: beside these, a network is
        /// the one that an address is in, and a URL a page of the host.
        var isItem: Bool { self == .target || self == .network }
    }

    /// Refuses columns or members of which one may tell a port and is not known: another port would be looked
    /// at, and the one that was meant not.
    static func checkPorts(_ columns: [String]) throws(TargetList.Problem) {
        let isOfZmap = columns.contains { letters(of: $0) == "saddr" }
        for column in columns where Role(column: column) == nil {
            let words = column.lowercased().split { !$0.isLetter && !$0.isNumber }
            let isPort = words.contains { ports.contains(String($0)) }
            guard isPort, !isOfZmap || letters(of: column) != "dport" else { continue }
            throw TargetList.Problem(
                Array(column.utf8),
                "may tell a port, and its name is not known: call it 'port', or leave it out"
            )
        }
    }

    /// Words of a column's name that may speak of a port.
    private static let ports: Set<String> = [
        "port", "ports", "dport", "lport", "rport", "hostport", "ipport", "portno", "portnr", "portnum",
    ]

    /// The letters by which a column is known, however its words are parted.
    private static func letters(of column: String) -> String {
        column.lowercased().filter { $0.isLetter || $0.isNumber }
    }

    /// What lists have above their one column, besides what tells an address or a name in a row.
    ///
    /// A host of such a name would be looked up below the domains that the machine searches: a stranger, more
    /// often than not. Who has one writes a dot behind it.
    private static let heads: Set<String> = [
        "target", "targets", "server", "servers", "host", "hosts", "hostnames", "url", "urls", "uri", "uris",
        "ips", "ipaddresses", "addresses", "domains", "domainname", "domainnames", "subdomain", "subdomains",
        "fqdns", "name", "names", "endpoint", "endpoints", "asset", "assets", "port", "ports", "network",
        "networks", "subnet", "subnets", "cidr", "cidrs", "range", "ranges", "site", "sites", "website",
        "websites", "device", "devices", "node", "nodes", "computer", "computername", "machine", "machines",
    ]

    private static func isHead(_ names: [[UInt8]]) -> Bool {
        guard names.count == 1 else { return false }
        return heads.contains(letters(of: String(decoding: names[0], as: UTF8.self)))
    }

    /// Reads the names of columns.
    ///
    /// - Returns: nil when the line is one of targets.
    /// - Throws: for names of which none, or too many, tell where a target is.
    init?(header text: [UInt8]) throws(TargetList.Problem) {
        guard Self.mayBeHeader(text) else { return nil }
        separator = Self.separator(text)
        names = Self.cells(text, separator) ?? []
        let roles = Self.roles(names)
        self.roles = roles
        if Self.isHead(names) { return }
        if Self.tellPlaces(roles) {
            try Self.checkPorts(names.map { String(decoding: $0, as: UTF8.self) })
        }
        guard Self.tellPlaces(roles) else {
            guard names.count > 1, names.allSatisfy({ !$0.isEmpty && !$0.elementsEqual("localhost".utf8) })
            else { return nil }
            throw TargetList.Problem(
                text,
                "no column is named for an address or a name (saddr, ip, host, domain): call the one that holds the targets 'target'"
            )
        }
        if roles.count(where: { $0?.isItem ?? false }) > 1 {
            throw TargetList.Problem(
                text,
                "two columns may tell the targets: call the one that does 'host', or leave the other out"
            )
        }
        for role in roles
        where role != nil && role != .extent && role != .again && roles.count(where: { $0 == role }) > 1 {
            throw TargetList.Problem(text, "two columns tell the \(role?.rawValue ?? "")")
        }
    }

    /// Whether a line is made of names of columns alone, of which one tells where a target is.
    static func isHeader(_ text: [UInt8]) -> Bool {
        guard mayBeHeader(text), let names = cells(text, separator(text)) else { return false }
        let roles = roles(names)
        return isHead(names) || !roles.contains(nil) && tellPlaces(roles)
    }

    /// Whether one of the columns tells where a target is.
    private static func tellPlaces(_ roles: [Role?]) -> Bool {
        roles.contains { $0 == .address || $0 == .name || $0?.isItem ?? false }
    }

    /// Names of columns are words: a dot or a colon is an address's or a name's.
    private static func mayBeHeader(_ text: [UInt8]) -> Bool {
        text.allSatisfy { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "{") }
    }

    private static func separator(_ text: [UInt8]) -> UInt8 {
        let separators: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]
        return separators.first { text.contains($0) } ?? separators[0]
    }

    private static func roles(_ names: [[UInt8]]) -> [Role?] {
        let roles = names.map { Role(column: String(decoding: $0, as: UTF8.self)) }
        guard roles.contains(.address) || roles.contains(.name) else { return roles }
        return roles.map { $0?.isItem ?? false ? .again : $0 }
    }

    /// Whether there are several; under a single one stands an item of the language of targets.
    var hasColumns: Bool { roles.count > 1 }

    func row(_ text: [UInt8]) throws(TargetList.Problem) -> TargetRow {
        guard let cells = Self.cells(text, separator) else {
            throw TargetList.Problem(text, "a quote does not end")
        }
        guard cells.count == roles.count else {
            throw TargetList.Problem(text, "\(cells.count) cells stand under \(roles.count) names of columns")
        }
        guard cells != names else { throw TargetList.Problem(text, "names the columns once more") }
        var told: [Role: String] = [:]
        var beside: [(role: Role, text: String)] = []
        for (cell, role) in zip(cells, roles) {
            let text = String(decoding: cell, as: UTF8.self)
            switch role {
            case .extent, .again: beside.append((role ?? .again, text))
            case let role?: told[role] = text
            case nil: break
            }
        }
        return TargetRow(told, beside: beside)
    }

    /// The cells of a line (RFC 4180), without blanks around them; nil when a quote doesn't end.
    private static func cells(_ text: [UInt8], _ separator: UInt8) -> [[UInt8]]? {
        let quote = UInt8(ascii: "\"")
        var cells: [[UInt8]] = []
        var cell: [UInt8] = []
        var isQuoted = false
        var index = 0
        while index < text.count {
            let byte = text[index]
            index += 1
            if byte == quote {
                if isQuoted, index < text.count, text[index] == quote {
                    cell.append(quote)
                    index += 1
                } else {
                    isQuoted.toggle()
                }
            } else if byte == separator, !isQuoted {
                cells.append(cell.withoutBlanks)
                cell = []
            } else {
                cell.append(byte)
            }
        }
        return isQuoted ? nil : cells + [cell.withoutBlanks]
    }
}

extension TargetRow {
    /// Words for what goes by TCP, as programs and people write them; and for what does not.
    private static let tcp: Set<String> = [
        "", "tcp", "tcp4", "tcp6", "6", "tls", "ssl", "https", "http", "smtp", "smtps", "imap", "imaps",
        "pop3", "pop3s",
        "ftp", "ftps", "ldap", "ldaps", "tcp/ip", "tcp/ssl", "tcp/tls", "ssl/tls", "tls/ssl", "ssl/http",
    ]
    private static let others: Set<String> = [
        "udp", "udp4", "udp6", "17", "sctp", "132", "icmp", "icmp6", "icmpv6", "1", "58", "igmp", "gre",
        "esp", "ah",
        "arp", "quic", "dtls", "oproto",
    ]

    /// A row by what its columns tell.
    ///
    /// - Parameter beside: what stands in columns that may tell how far a range goes, or a target.
    init(_ cells: [TargetTable.Role: String], beside: [(role: TargetTable.Role, text: String)] = []) {
        address = Array((cells[.address] ?? "").utf8)
        name = Array((cells[.name] ?? "").utf8)
        ports = Array((cells[.port] ?? "").utf8)
        if cells[.address] == nil, cells[.name] == nil, let text = cells[.target] ?? cells[.network] {
            item = Array(text.utf8)
            isNetwork = cells[.network] != nil
        }
        let transport = cells[.transport]?.lowercased() ?? "tcp"
        let state = cells[.state]?.lowercased() ?? ""
        let isRefused = ["rst", "closed", "filtered"].contains(state) || state.hasPrefix("udp")
        let hasFailed = ["0", "false"].contains(cells[.success]?.lowercased() ?? "")
        isClosed = Self.others.contains(transport) || isRefused || hasFailed
        if !isClosed, !Self.tcp.contains(transport) {
            fault = "tells the protocol '\(transport)', which is not known: tcp and udp are"
        } else {
            let hasPort = !ports.isEmpty
            fault = beside.compactMap { Self.fault($0.text, $0.role, hasPort: hasPort) }.first
        }
    }

    /// Why a value beside an address or a network makes the row another than it seems; nil for none.
    private static func fault(_ text: String, _ role: TargetTable.Role, hasPort: Bool) -> String? {
        let digits = text.utf8.drop { $0 == UInt8(ascii: "/") }
        let isLength = !digits.isEmpty && digits.count <= 3 && digits.allSatisfy { $0 &- 0x30 < 10 }
        if isLength || role == .extent && IPAddress(text) != nil {
            return "tells how far it goes in a column of its own: write ADDRESS/LENGTH or FIRST-LAST in one"
        }
        guard !hasPort, let scheme = text.firstRange(of: "://") else { return nil }
        let authority = text[scheme.upperBound...].prefix { !"/?#".contains($0) }
        guard let colon = authority.lastIndex(of: ":"),
            authority[colon...].dropFirst().allSatisfy(\.isNumber),
            colon != authority.indices.last
        else { return nil }
        return
            "tells a port in its URL that no column has: name a column 'port', or leave out all but the URL"
    }
}
