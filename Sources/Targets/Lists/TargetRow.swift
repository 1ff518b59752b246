import Bytes
import Foundation
import Wire

/// An endpoint as rows have it: zmap's and zgrab's CSV, and the JSON of zmap, zgrab, masscan and their like.
struct TargetRow {
    var address: [UInt8] = []
    var name: [UInt8] = []
    /// An item of the language of targets in the place of both; empty where there is none.
    var item: [UInt8] = []
    /// Whether the item has to be of addresses.
    var isNetwork = false
    /// A port or a list of them; empty stands for the ports of the run.
    var ports: [UInt8] = []
    /// Whether the row says that the port is closed, or not TCP's.
    var isClosed = false
    /// Why it can't be understood as a whole; nil when it can.
    var fault: String?

    /// The row in the language of targets, checked part by part: no part can pass for two.
    var line: TargetList.Line {
        get throws(TargetList.Problem) {
            if isClosed { return .closed }
            if let fault { throw TargetList.Problem(address + name + item, fault) }
            return .targets([TargetList.Item(try item.isEmpty ? spec() : specOfItem())])
        }
    }

    private func specOfItem() throws(TargetList.Problem) -> TargetSpec {
        do throws(AddressSyntaxError) {
            var spec = try TargetSpec(parsing: item.span)
            if isNetwork, case .name = spec.host { throw AddressSyntaxError("is no network") }
            guard !ports.isEmpty else { return spec }
            let told = try PortSet(parsing: ports.span)
            guard spec.ports == nil || spec.ports == told else {
                throw AddressSyntaxError("the row tells another port than its target has")
            }
            spec.ports = told
            return spec
        } catch {
            throw TargetList.Problem(item, error.why)
        }
    }

    private func spec() throws(TargetList.Problem) -> TargetSpec {
        var part = ports
        do throws(AddressSyntaxError) {
            let ports = ports.isEmpty ? nil : try PortSet(parsing: ports.span)
            part = address
            let range = address.isEmpty ? nil : try AddressRange(parsing: address.span)
            guard range != nil || address.isEmpty else { throw AddressSyntaxError("is not an address") }
            part = name
            // Many programs write the address again where there is no name.
            if !name.isEmpty, let other = IPAddress(name.span) {
                guard range == nil || range == AddressRange(other) else {
                    throw AddressSyntaxError("is another address than that of the row")
                }
                return TargetSpec(host: .addresses(range ?? AddressRange(other)), ports: ports)
            }
            let name = name.isEmpty ? nil : try HostName.parse(name.span)
            guard let range else {
                guard let name else { throw AddressSyntaxError("the row has neither an address nor a name") }
                return TargetSpec(host: .name(name), ports: ports)
            }
            guard name == nil || range.isSingle else {
                throw AddressSyntaxError("a server name goes with one address, not with a range")
            }
            return TargetSpec(host: .addresses(range), ports: ports, serverName: name)
        } catch {
            throw TargetList.Problem(part, error.why)
        }
    }
}

// MARK: zgrab

extension TargetRow {
    /// A row of what zgrab2 reads: `address,name,tag` or `address,name,tag,port`, where parts may be empty.
    ///
    /// - Returns: nil when it is none. A pair of two parts is one of the language of targets, and a third
    ///   part that might be a name or a port is nothing that can be understood.
    init?(zgrab text: [UInt8]) {
        let fields = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            .map { Array($0).withoutBlanks }
        guard (2...4).contains(fields.count), fields.count > 2 || fields[0].isEmpty,
            fields[0].isEmpty || fields[0].isAddresses, fields[1].isEmpty || fields[1].isHostName
        else { return nil }
        (address, name) = (fields[0], fields[1])
        if fields.count == 4 {
            guard fields[3].isEmpty || fields[3].isNumber else { return nil }
            ports = fields[3]
        } else if fields.count == 3 {
            guard !fields[2].isNumber, !fields[2].contains(UInt8(ascii: ".")) else { return nil }
        }
    }
}

// MARK: JSON

extension TargetRow {
    /// Whether the line begins an array or an object; `[2001:db8::1]:443` doesn't.
    static func isJSON(_ text: [UInt8]) -> Bool {
        if text.first == UInt8(ascii: "{") { return true }
        guard text.first == UInt8(ascii: "[") else { return false }
        let rest = text.dropFirst().drop(while: LineItems.isBlank)
        return rest.isEmpty || rest.first == UInt8(ascii: "{") || rest.first == UInt8(ascii: "]")
    }

    /// A line of JSON: an object, an array of them, or what stands between them in masscan's `-oJ`.
    static func line(json text: [UInt8]) throws(TargetList.Problem) -> TargetList.Line {
        var body = text[...]
        // An array over many lines, an object on each.
        if body.first == UInt8(ascii: ",") { body = body.dropFirst() }
        if body.last == UInt8(ascii: ",") { body = body.dropLast() }
        if body.first == UInt8(ascii: "["), body.last != UInt8(ascii: "]") { body = body.dropFirst() }
        if body.last == UInt8(ascii: "]"), body.first != UInt8(ascii: "[") { body = body.dropLast() }
        // What old releases of masscan end with is no JSON.
        if body.allSatisfy(LineItems.isBlank) || body.elementsEqual("{finished: 1}".utf8) { return .nothing }
        let value = try? JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed)
        var items: [TargetList.Item] = []
        guard let objects = value as? [[String: Any]] ?? (value as? [String: Any]).map({ [$0] }) else {
            throw TargetList.Problem(text, "is no JSON object on one line; 'jq -c .' writes it so")
        }
        if let name = DoubledMember.name(in: body) {
            throw TargetList.Problem(Array(name.utf8), "is a member that stands twice in one object")
        }
        for object in objects {
            for row in try rows(object) {
                if case .targets(let targets) = try row.line { items += targets }
            }
        }
        return items.isEmpty ? (objects.isEmpty ? .nothing : .closed) : .targets(items)
    }

    /// The endpoints of an object: one, or one for each of masscan's `ports`.
    private static func rows(_ object: [String: Any]) throws(TargetList.Problem) -> [TargetRow] {
        var cells: [TargetTable.Role: String] = [:]
        var items: [(role: TargetTable.Role, text: String)] = []
        var beside: [(role: TargetTable.Role, text: String)] = []
        try TargetTable.checkPorts(Array(object.keys))
        for (key, value) in object {
            guard let role = TargetTable.Role(column: key),
                let text = text(value) ?? (role == .port ? list(value) : nil),
                // Some programs write an address as a number, too.
                value is String || role != .address && role != .name && !role.isItem
            else { continue }
            if role.isItem || role == .extent {
                if role.isItem { items.append((role, text)) } else { beside.append((role, text)) }
                continue
            }
            guard cells.updateValue(text, forKey: role) == nil else {
                throw TargetList.Problem(Array(key.utf8), "two members tell the \(role.rawValue)")
            }
        }
        if cells[.address] == nil, cells[.name] == nil {
            guard items.count < 2 else {
                throw TargetList.Problem(
                    [],
                    "two members may tell the target: call the one that does 'host', or leave the other out"
                )
            }
            for item in items { cells[item.role] = item.text }
        } else {
            beside += items.map { (.again, $0.text) }
        }
        if object["rec_type"] as? String == "status", let data = object["data"] as? [String: Any] {
            cells[.state] = data["status"] as? String
        }
        guard let ports = object["ports"] as? [Any], list(ports) == nil else {
            return [TargetRow(cells, beside: beside)]
        }
        return try ports.map { (port) throws(TargetList.Problem) in
            guard let port = port as? [String: Any], let number = port["port"].flatMap(text) else {
                throw TargetList.Problem([], "a member of \"ports\" has no port")
            }
            var cells = cells
            cells[.port] = number
            cells[.transport] = port["proto"] as? String
            cells[.state] = port["status"] as? String
            return TargetRow(cells)
        }
    }

    /// A list of ports, as a text of them; nil for another value.
    private static func list(_ value: Any) -> String? {
        guard let list = value as? [Any], !list.isEmpty else { return nil }
        let texts = list.compactMap(text)
        return texts.count == list.count ? texts.joined(separator: ",") : nil
    }

    private static func text(_ value: Any) -> String? {
        if let text = value as? String { return text }
        guard let number = value as? NSNumber else { return nil }
        // A truth is no number.
        if String(cString: number.objCType) == "c" { return number.boolValue ? "true" : "false" }
        return number.stringValue
    }
}

extension [UInt8] {
    /// Whether it is an address, a network or a range.
    fileprivate var isAddresses: Bool {
        let range = try? AddressRange(parsing: span)
        return range != nil
    }

    fileprivate var isHostName: Bool {
        let name = try? HostName.parse(span)
        return name != nil
    }
}
