import Bytes
import Wire

/// Where a fragment belongs in its packet.
struct Fragment: Equatable {
    var identification: UInt32
    var offset: Int
    var isLast: Bool
}

/// Puts fragments of IP packets together, within bounds.
///
/// What came first stays where fragments overlap. A packet that can't be completed gives way to newer ones,
/// and is counted.
final class FragmentStore {
    /// Packets that wait for fragments, and bytes that they hold together.
    static let maximumPackets = 1024
    static let maximumBytes = 8 << 20

    private struct Key: Hashable {
        var source: IPAddress
        var destination: IPAddress
        var next: UInt8
        var identification: UInt32
        var path: UInt64
    }

    private struct Waiting {
        var content = PartialBytes()
        var length: Int?

        /// The content, when nothing of it is missing.
        var whole: [UInt8]? {
            guard let length, content.isWhole(length) else { return nil }
            return Array(content.bytes.prefix(length))
        }
    }

    private var waiting: [Key: Waiting] = [:]
    /// In the order of their first fragments; those that were completed are left in place until they come up.
    private var order: [Key] = []
    private var firstInOrder = 0
    private var bytes = 0

    /// Packets that were completed a while ago, so that a fragment that is sent again begins none.
    private var complete: [Key: [UInt8]] = [:]
    private var completed: [Key] = []
    private static let mostComplete = 256

    /// Packets that were given up.
    private(set) var lost = 0

    /// How many packets wait for fragments.
    var count: Int { waiting.count }

    /// Adds a fragment; returns the packet's content when it is whole now.
    ///
    /// - Parameter path: as in `Packet.path`.
    func add(_ fragment: Fragment, _ inside: Inside, _ content: Span<UInt8>, path: UInt64 = 0) -> [UInt8]? {
        let end = fragment.offset + content.count
        guard end <= 65535, !content.isEmpty else { return nil }
        let key = Key(
            source: inside.source,
            destination: inside.destination,
            next: inside.next,
            identification: fragment.identification,
            path: path
        )
        if isRepeated(key, content, at: fragment.offset) { return nil }
        if waiting[key] == nil { order.append(key) }
        let before = waiting[key]?.content.count ?? 0
        waiting[key, default: Waiting()].content.put(content, at: fragment.offset)
        if fragment.isLast, waiting[key]?.length == nil { waiting[key]?.length = end }
        bytes += (waiting[key]?.content.count ?? 0) - before
        if let whole = waiting[key]?.whole {
            remove(key)
            remember(key, whole)
            return whole
        }
        makeRoom()
        return nil
    }

    /// Gives up what waits: no more fragments come.
    func giveUp() {
        lost += waiting.count
        waiting.removeAll()
        bytes = 0
    }

    private func remove(_ key: Key) {
        guard let packet = waiting.removeValue(forKey: key) else { return }
        bytes -= packet.content.count
    }

    /// Whether a fragment brings again what a packet had that is complete.
    private func isRepeated(_ key: Key, _ content: Span<UInt8>, at offset: Int) -> Bool {
        guard let known = complete[key] else { return false }
        var isSame = offset + content.count <= known.count
        for index in content.indices where isSame { isSame = known[offset + index] == content[index] }
        // The number is used again, by another packet.
        if !isSame { complete[key] = nil }
        return isSame
    }

    private func remember(_ key: Key, _ whole: [UInt8]) {
        if completed.count == Self.mostComplete {
            for old in completed.prefix(Self.mostComplete / 2) { complete[old] = nil }
            completed.removeFirst(Self.mostComplete / 2)
        }
        if complete.updateValue(whole, forKey: key) == nil { completed.append(key) }
    }

    private func makeRoom() {
        while waiting.count > Self.maximumPackets || bytes > Self.maximumBytes, firstInOrder < order.count {
            let key = order[firstInOrder]
            firstInOrder += 1
            guard waiting[key] != nil else { continue }
            remove(key)
            lost += 1
        }
        // Completed ones may be among those that wait; the list is made anew before it grows with the file.
        if order.count > 4 * Self.maximumPackets {
            order = order[firstInOrder...].filter { waiting[$0] != nil }
            firstInOrder = 0
        }
    }
}
