package import Bytes
import CSimdjson
import Glibc

/// Reads one JSON value of any shape at a time: what others write, where the names are not ours.
///
/// For records of our own there are `ObservationReader` and `RecordPicker`, which read what they know. A tree
/// belongs to one thread; its nodes are good until it reads on.
package final class JSONTree {
    private let tree: OpaquePointer

    package init() { tree = hallmark_tree_create() }

    deinit { hallmark_tree_destroy(tree) }

    /// Reads a value.
    ///
    /// - Parameters:
    ///   - padded: whether `RecordPicker.padding` bytes after the text can be read.
    ///   - isRecord: whether it should be one of ours, in which no member stands twice in one object and each
    ///     number is one that programs hold. Others' logs are read as far as they can be.
    package func read(
        _ text: UnsafeRawBufferPointer,
        padded: Bool = false,
        isRecord: Bool = false
    ) throws(RecordError) -> JSONNode {
        var nodes: UnsafePointer<hallmark_node>?
        var count = 0
        let message = hallmark_tree_parse(
            tree,
            text.baseAddress?.assumingMemoryBound(to: CChar.self),
            text.count,
            padded ? 1 : 0,
            isRecord ? 1 : 0,
            &nodes,
            &count
        )
        if let message { throw RecordError(description: String(cString: message)) }
        guard let nodes, count > 0 else { throw RecordError(description: "the text is empty") }
        return JSONNode(nodes: nodes, place: 0)
    }
}

/// A value in a `JSONTree`.
package struct JSONNode {
    private let nodes: UnsafePointer<hallmark_node>
    private let place: Int

    fileprivate init(nodes: UnsafePointer<hallmark_node>, place: Int) {
        self.nodes = nodes
        self.place = place
    }

    private var node: hallmark_node { nodes[place] }

    package var isNull: Bool { node.kind == Int32(hallmark_node_null.rawValue) }
    package var isObject: Bool { node.kind == Int32(hallmark_node_object.rawValue) }
    package var isArray: Bool { node.kind == Int32(hallmark_node_array.rawValue) }

    /// The bytes of a text; nil for what is none.
    package var bytes: UnsafeRawBufferPointer? {
        guard node.kind == Int32(hallmark_node_text.rawValue) else { return nil }
        return UnsafeRawBufferPointer(start: node.text, count: Int(node.length))
    }

    /// A text; nil for what is none.
    package var string: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    /// The member's name; empty for what is no member.
    package var key: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: node.key, count: Int(node.key_length))
    }

    package var name: String { String(decoding: key, as: UTF8.self) }

    /// A whole number, of a number without a fraction.
    package var integer: Int? {
        if node.kind == Int32(hallmark_node_integer.rawValue) { return Int(node.integer) }
        guard node.kind == Int32(hallmark_node_real.rawValue) else { return nil }
        return Int(exactly: node.real)
    }

    /// A number that is written as a whole one, which every reader of records takes for one.
    package var wholeNumber: Int? {
        node.kind == Int32(hallmark_node_integer.rawValue) ? Int(node.integer) : nil
    }

    /// The digits of a whole number, however long it is; nil for what is none.
    package var numeral: String? {
        if node.kind == Int32(hallmark_node_integer.rawValue) { return String(node.integer) }
        if node.kind == Int32(hallmark_node_real.rawValue), node.integer != 0 {
            return String(UInt64(bitPattern: node.integer))
        }
        return node.integer == 1 ? string : nil
    }

    /// Whether here or in what lies within stands a whole number of more digits than 64 bits hold.
    package var hasLongNumber: Bool {
        bytes == nil ? parts.contains { $0.hasLongNumber } : node.integer == 1
    }

    package var number: Double? {
        let isNumber =
            node.kind == Int32(hallmark_node_integer.rawValue)
            || node.kind == Int32(hallmark_node_real.rawValue)
        return isNumber ? node.real : nil
    }

    package var truth: Bool? {
        node.kind == Int32(hallmark_node_boolean.rawValue) ? node.integer != 0 : nil
    }

    /// Writes the value as JSON again, without blanks.
    package func append(to out: inout ByteBuffer) {
        if isObject || isArray {
            out.append(isObject ? 0x7b : 0x5b)
            for (place, part) in parts.enumerated() {
                if place > 0 { out.append(0x2c) }
                if isObject {
                    out.string(part.key.bindMemory(to: UInt8.self).span)
                    out.append(0x3a)
                }
                part.append(to: &out)
            }
            out.append(isObject ? 0x7d : 0x5d)
        } else if let bytes {
            out.string(bytes.bindMemory(to: UInt8.self).span)
        } else if let truth {
            out.append(truth ? "true" : "false")
        } else if let integer {
            out.append(decimal: integer)
        } else if let numeral {
            out.append(numeral)
        } else if let number {
            out.append(number.description)
        } else {
            out.append("null")
        }
    }

    /// Members of an object or elements of an array, in order; nothing for another value.
    package var parts: Parts { Parts(nodes: nodes, place: place + 1, end: Int(node.end)) }

    package struct Parts: Sequence, IteratorProtocol {
        fileprivate let nodes: UnsafePointer<hallmark_node>
        fileprivate var place: Int
        fileprivate let end: Int

        package mutating func next() -> JSONNode? {
            guard place < end else { return nil }
            defer { place = Int(nodes[place].end) }
            return JSONNode(nodes: nodes, place: place)
        }
    }

    /// The first member of that name.
    package subscript(name: String) -> JSONNode? {
        guard isObject else { return nil }
        var name = name
        return name.withUTF8 { name in
            for part in parts where part.key.count == name.count && part.begins(name) { return part }
            return nil
        }
    }

    /// What stands at a dotted name: members within members, or one member whose name has the dots in it; of
    /// elements of an array the first that has it.
    package func at(_ path: String) -> JSONNode? {
        var path = path
        return path.withUTF8 { at($0) }
    }

    private func at(_ path: UnsafeBufferPointer<UInt8>) -> JSONNode? {
        if isArray {
            for part in parts { if let found = part.at(path) { return found } }
            return nil
        }
        // `null` is as good as absent: what is meant may stand under another spelling of the name.
        var null: JSONNode?
        var most = path.count
        while let part = longest(path, most) {
            let length = part.key.count
            let rest = UnsafeBufferPointer(rebasing: path.dropFirst(length + 1))
            if let found = length == path.count ? part : part.at(rest) {
                if !found.isNull { return found }
                null = null ?? found
            }
            most = length - 1
        }
        return null
    }

    /// The member whose name is a dotted name, or the most of it up to a dot, within so many bytes; of
    /// several of one name the first.
    private func longest(_ path: UnsafeBufferPointer<UInt8>, _ most: Int) -> JSONNode? {
        guard isObject else { return nil }
        var best: JSONNode?
        for part in parts {
            let length = part.key.count
            guard length <= most, length > best?.key.count ?? -1,
                length == path.count || path[length] == 0x2e, part.begins(path)
            else { continue }
            best = part
        }
        return best
    }

    /// Whether a text that is at least as long as the member's name begins with it.
    private func begins(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let length = Int(node.key_length)
        guard length > 0, let start = text.baseAddress, let key = node.key else { return length == 0 }
        return memcmp(start, key, length) == 0
    }

    /// All values at a dotted name, those of all elements where arrays stand on the way or at its end.
    ///
    /// - Parameter most: so many are given.
    package func values(at path: String, most: Int) -> [JSONNode] {
        var found: [JSONNode] = []
        var path = path
        path.withUTF8 { collect($0, most, &found) }
        return found
    }

    private func collect(_ path: UnsafeBufferPointer<UInt8>, _ most: Int, _ found: inout [JSONNode]) {
        if isArray {
            for part in parts where found.count < most { part.collect(path, most, &found) }
            return
        }
        guard let part = longest(path, path.count) else { return }
        let length = part.key.count
        guard length == path.count else {
            return part.collect(UnsafeBufferPointer(rebasing: path.dropFirst(length + 1)), most, &found)
        }
        if part.isArray { found += part.parts.prefix(most - found.count) } else { found.append(part) }
    }
}
