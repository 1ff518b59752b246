import Bytes
package import Wire

/// What is ours, and what is authorised on it.
package struct Inventory: Sendable {
    package private(set) var assets: [Asset] = []
    /// Ranges that are ours, in which every endpoint that answers should be an asset.
    package private(set) var owned: [AddressRange] = []
    package private(set) var policy = InventoryPolicy.fallback

    package init(_ rows: [InventoryRow], file: String) throws(InventoryError) {
        assets.reserveCapacity(rows.count)
        for row in rows { try add(row, file) }
    }

    private mutating func add(_ row: InventoryRow, _ file: String) throws(InventoryError) {
        func wrong(_ reason: String) -> InventoryError {
            InventoryError(file: file, line: row.line, reason: reason)
        }
        for name in row.values.keys where !InventoryRow.isKnown(name) {
            throw wrong(InventoryRow.unknown(name))
        }
        let own: InventoryPolicy
        do { own = try Self.policy(row) } catch { throw wrong(error.description) }
        let address = row.values["address"]?.first ?? ""
        switch row.values["kind"]?.first?.lowercased() ?? "asset" {
        case "policy":
            policy = own.filled(from: policy)
        case "owned":
            for text in row.values["address"] ?? [] {
                guard let range = try? AddressRange(parsing: Array(text.utf8).span) else {
                    throw wrong("'\(text)' is not a range of addresses")
                }
                owned.append(range)
            }
        case "asset":
            guard !address.isEmpty else { throw wrong("the address is missing") }
            for text in row.values["address"] ?? [] {
                guard let place = Self.place(text) else {
                    throw wrong("'\(text)' is not an address, a range or a host name")
                }
                do { assets.append(try Self.asset(text, place, row, own)) } catch {
                    throw wrong(error.description)
                }
            }
        case let kind:
            throw wrong("'\(kind)' is not a kind: asset, owned or policy")
        }
    }

    private struct Reason: Error {
        let description: String

        init(_ description: String) { self.description = description }
    }

    private static func asset(
        _ address: String,
        _ place: Asset.Place,
        _ row: InventoryRow,
        _ policy: InventoryPolicy
    ) throws(Reason) -> Asset {
        Asset(
            address: address,
            place: place,
            ports: try ports(row.values["ports"] ?? []),
            owner: row.values["owner"]?.joined(separator: "; ") ?? "",
            labels: row.values["labels"] ?? [],
            certificates: try digests(row, "certificates"),
            keys: try digests(row, "keys"),
            tbs: try digests(row, "tbs"),
            names: (row.values["names"] ?? []).map { $0.lowercased() },
            policy: policy,
            line: row.line
        )
    }

    static func place(_ text: String) -> Asset.Place? {
        if let address = IPAddress(text) { return .address(address.unmapped) }
        var bytes = Array(text.lowercased().utf8)
        if let range = try? AddressRange(parsing: bytes.span) { return .range(range) }
        let isWild = bytes.starts(with: [0x2a, 0x2e])
        if isWild { bytes.removeFirst(2) }
        guard let name = try? HostName.parse(bytes.span, allowsUnicode: true) else { return nil }
        return isWild ? .below(name) : .host(name)
    }

    private static func ports(_ texts: [String]) throws(Reason) -> PortSet {
        var result = PortSet()
        for text in texts.flatMap({ $0.split(whereSeparator: { $0 == " " || $0 == "," }) }) {
            do { result = result.union(try PortSet(parsing: text)) } catch { throw Reason(error.why) }
        }
        return result
    }

    private static func digests(_ row: InventoryRow, _ column: String) throws(Reason) -> Set<Digest256> {
        var result: Set<Digest256> = []
        for text in (row.values[column] ?? []).flatMap({
            $0.split(whereSeparator: { $0 == " " || $0 == "," })
        }) {
            guard let digest = digest(text) else {
                throw Reason("'\(text)' in '\(column)' is not a SHA-256 in hexadecimal")
            }
            result.insert(digest)
        }
        return result
    }

    /// Reads a digest with or without the name of its algorithm in front, as other tools write it:
    /// `SHA256:ab…`.
    private static func digest(_ text: Substring) -> Digest256? {
        for prefix in ["sha256:", "sha-256:", "sha256=", "sha-256="]
        where text.lowercased().hasPrefix(prefix) {
            return Digest256(text.dropFirst(prefix.count))
        }
        return Digest256(text)
    }

    private static func policy(_ row: InventoryRow) throws(Reason) -> InventoryPolicy {
        var policy = InventoryPolicy()
        policy.issuers = row.values["issuers"]
        if row.values["issuer_keys"] != nil { policy.issuerKeys = try digests(row, "issuer_keys") }
        policy.maxLifetimeDays = try number(row, "max_lifetime_days")
        policy.expiringDays = try number(row, "expiring_days")
        if let version = row.values["min_tls"]?.first {
            guard InventoryPolicy.versions.contains(version) else {
                throw Reason("'\(version)' in 'min_tls' is not a version: use 1.2 or 1.3")
            }
            policy.minTLS = version
        }
        if let keys = row.values["key_policy"] {
            var allowed: [String: Int] = [:]
            for text in keys.flatMap({ $0.split(whereSeparator: { $0 == " " || $0 == "," }) }) {
                guard let (name, bits) = keyRule(String(text)) else {
                    throw Reason(
                        "'\(text)' in 'key_policy' is not an algorithm with its least size: use RSA-2048"
                    )
                }
                allowed[name] = bits
            }
            policy.keys = allowed
        }
        return policy
    }

    /// Reads `RSA-3072`, `ECDSA-256`, `Ed25519`.
    private static func keyRule(_ text: String) -> (String, Int)? {
        let known = ["RSA", "RSA-PSS", "DSA", "ECDSA", "Ed25519", "Ed448"]
        for name in known.sorted(by: { $0.count > $1.count })
        where text.lowercased().hasPrefix(name.lowercased()) {
            let rest = text.dropFirst(name.count)
            if rest.isEmpty { return (name, 0) }
            guard rest.first == "-", let bits = Int(rest.dropFirst()), bits >= 0 else { continue }
            return (name, bits)
        }
        return nil
    }

    /// Ten thousand years: no date that a certificate can hold is farther away.
    package static let mostDays = 3_652_425

    private static func number(_ row: InventoryRow, _ column: String) throws(Reason) -> Int? {
        guard let text = row.values[column]?.first else { return nil }
        guard let number = Int(text), 0...mostDays ~= number else {
            throw Reason("'\(text)' in '\(column)' is not a number of days from 0 to \(mostDays)")
        }
        return number
    }
}
