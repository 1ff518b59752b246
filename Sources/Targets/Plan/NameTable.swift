import Bytes
import Glibc
import Wire

/// Targets that aren't plain addresses, each as the few bytes of its text: `host` or `host,sni`.
struct NameTable: Sendable {
    /// One of them with its ports.
    struct Item: Sendable {
        var offset: UInt64
        var length: UInt16
        var scheme: Target.Scheme
        /// A number in the port table that goes with it.
        var ports: UInt32
        var order: UInt32
    }

    private var bytes: [UInt8] = []
    private(set) var items: [Item] = []

    mutating func add(_ spec: TargetSpec, ports: UInt32, order: UInt32) {
        let start = bytes.count
        switch spec.host {
        case .name(let name): bytes.append(contentsOf: name.utf8)
        case .addresses(let range): range.first.unmapped.append(to: &bytes)
        }
        if let name = spec.serverName {
            bytes.append(UInt8(ascii: ","))
            bytes.append(contentsOf: name.utf8)
        }
        let length = UInt16(truncatingIfNeeded: bytes.count - start)
        items.append(
            Item(offset: UInt64(start), length: length, scheme: spec.scheme, ports: ports, order: order)
        )
    }

    /// Joins the items with the same text: one item with the ports of all, at the place of the first.
    mutating func merge(ports: inout PortTable) {
        guard items.count > 1 else { return }
        bytes.withUnsafeBytes { bytes in
            func compare(_ left: Item, _ right: Item) -> Int32 {
                guard left.scheme == right.scheme else {
                    return left.scheme.rawValue < right.scheme.rawValue ? -1 : 1
                }
                guard left.length == right.length else { return left.length < right.length ? -1 : 1 }
                guard let base = bytes.baseAddress else { return 0 }
                return memcmp(base + Int(left.offset), base + Int(right.offset), Int(left.length))
            }
            items.sort {
                let order = compare($0, $1)
                return order != 0 ? order < 0 : $0.order < $1.order
            }
            var kept = 0
            var start = 0
            while start < items.count {
                var end = start + 1
                while end < items.count, compare(items[start], items[end]) == 0 { end += 1 }
                var item = items[start]
                if end > start + 1 { item.ports = ports.union(items[start..<end].map(\.ports)) }
                items[kept] = item
                kept += 1
                start = end
            }
            items.removeLast(items.count - kept)
        }
    }

    /// Forgets the items, which the plan holds in its own form, and keeps the texts.
    mutating func dropItems() {
        items = []
    }

    /// The host and server name of an item.
    func parts(offset: UInt64, length: UInt16) -> (host: Target.Host, serverName: String?) {
        let range = Int(offset)..<Int(offset) + Int(length)
        let text = bytes.span.extracting(range)
        let comma = text.firstIndex(of: UInt8(ascii: ","))
        let host = text.extracting(0..<(comma ?? text.count))
        return (
            IPAddress(host).map { .address($0) } ?? .name(host.text),
            comma.map { text.extracting($0 + 1..<text.count).text }
        )
    }
}
