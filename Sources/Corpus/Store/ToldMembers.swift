import Bytes
import Observations

/// What a record tells of a certificate, or what a corpus keeps of one, member by member.
///
/// A member whose value no record can hold there is kept as it stood, but it tells nothing.
struct ToldMembers {
    private var members: [Member] = []
    private var places: [String: Int] = [:]
    /// Whether there are more members than are told apart.
    private(set) var isCut = false

    private struct Member {
        /// From the part on, with dots.
        let path: String
        /// JSON.
        let value: String
        let weight: Weight
    }

    /// How much a member tells: nothing, that a name is empty, which damage may have made of another, or all.
    private enum Weight: Int, Comparable {
        case nothing, emptyName, all

        static func < (a: Weight, b: Weight) -> Bool { a.rawValue < b.rawValue }
    }

    /// The objects that a corpus keeps as they stood in the record, and where they stand there.
    static let parts = ["tls.server.hash", "tls.server.x509", "hallmark.certificate"]

    /// No certificate has as many.
    private static let most = 100_000

    /// - Parameter texts: JSON of each part; one that is none tells nothing.
    init(_ texts: [String?], _ tree: JSONTree) {
        for (part, text) in zip(Self.parts, texts) {
            guard var text else { continue }
            text.withUTF8 { bytes in
                guard let node = try? tree.read(UnsafeRawBufferPointer(bytes)), node.isObject else { return }
                add(part, node)
            }
        }
    }

    private init() {}

    /// Of a whole record, whose members may stand under dotted names.
    init(record: JSONNode) { find("", record) }

    /// Looks for the parts in what stands at a path.
    private mutating func find(_ path: String, _ object: JSONNode) {
        for member in object.parts {
            let inside = path.isEmpty ? member.name : path + "." + member.name
            if Self.parts.contains(where: { inside == $0 || inside.hasPrefix($0 + ".") }) {
                add(inside, at: member)
            } else if member.isObject, Self.parts.contains(where: { $0.hasPrefix(inside + ".") }) {
                find(inside, member)
            }
        }
    }

    private mutating func add(_ path: String, _ object: JSONNode) {
        for part in object.parts { add(path + "." + part.name, at: part) }
    }

    private mutating func add(_ path: String, at part: JSONNode) {
        let isPart = Self.parts.contains(path)
        // An object in the place of a value tells nothing.
        let isWalked = part.isObject && (isPart || Field.named(path) == nil && !Self.isBelowValue(path))
        guard !isWalked else { return add(path, part) }
        guard !isPart else { return }
        var value = ByteBuffer()
        part.append(to: &value)
        put(Member(path: path, value: value.text, weight: Self.weight(part, path)))
    }

    private mutating func put(_ member: Member) {
        if let place = places[member.path] {
            if member.weight >= members[place].weight { members[place] = member }
        } else if members.count < Self.most {
            places[member.path] = members.count
            members.append(member)
        } else {
            isCut = true
        }
    }

    private static func weight(_ node: JSONNode, _ path: String) -> Weight {
        if isTold(node, path) { return .all }
        return node.bytes?.isEmpty == true && path.hasSuffix(".distinguished_name") ? .emptyName : .nothing
    }

    /// Whether a value says something that can stand at its place.
    private static func isTold(_ node: JSONNode, _ path: String) -> Bool {
        if node.isArray {
            let isFilled = node.parts.contains { _ in true }
            guard let kind = Field.named(path)?.kind, kind != .pairs, kind != .objects else {
                return isFilled
            }
            return isFilled && !node.parts.contains { !isTold($0, path) }
        }
        if isBelowValue(path) { return false }
        if node.isNull || node.isObject && !node.parts.contains(where: { _ in true }) { return false }
        guard let field = Field.named(path) else { return !isObject(path) && node.bytes?.isEmpty != true }
        switch field.kind {
        case .long: return node.integer != nil
        case .boolean: return node.truth != nil || ["true", "false"].contains(node.string ?? "")
        case .objects, .map: return node.isObject
        case .pairs: return false
        case .keyword, .date, .ip:
            guard let text = node.string, !text.isEmpty else { return false }
            // Later versions have more words in their lists.
            return !field.values.isEmpty || Field.fault(of: text, in: path) == nil
        }
    }

    /// Whether a value of ours stands where an object would have to stand for a name.
    private static func isBelowValue(_ path: String) -> Bool {
        var end = path.startIndex
        while let dot = path[end...].firstIndex(of: ".") {
            if values.contains(String(path[..<dot])) { return true }
            end = path.index(after: dot)
        }
        return false
    }

    private static let values = Set(
        Field.all.filter { ![.map, .objects, .pairs].contains($0.kind) }.map(\.name)
    )

    /// Whether members of ours stand below a name.
    private static func isObject(_ path: String) -> Bool { objects.contains(path) }

    private static let objects: Set<String> = Set(
        Field.all.flatMap { field in
            let parts = field.name.split(separator: ".")
            return (1..<max(parts.count, 2)).map { parts.prefix($0).joined(separator: ".") }
        }
    ).subtracting(Field.all.map(\.name))

    /// Whether this tells all that another does.
    func tellsAll(of other: ToldMembers) -> Bool {
        other.members.allSatisfy { $0.weight <= (places[$0.path].map { members[$0].weight } ?? .nothing) }
    }

    /// This with what another tells besides.
    ///
    /// - Parameter isLaterFirst: whether the other is believed where the two differ.
    func filled(from later: ToldMembers, isLaterFirst: Bool) -> ToldMembers {
        var result = ToldMembers()
        for member in members {
            let other = later.places[member.path].map { later.members[$0] }
            let isReplaced =
                other.map { $0.weight > member.weight || isLaterFirst && $0.weight == .all } ?? false
            result.put(isReplaced ? other ?? member : member)
        }
        for member in later.members where places[member.path] == nil { result.put(member) }
        return result
    }

    /// JSON of each part; nil for one without members.
    var texts: [String?] {
        Self.parts.map { part in
            let inside = members.filter { $0.path.hasPrefix(part + ".") }
            guard !inside.isEmpty else { return nil }
            var out = ByteBuffer()
            Self.write(inside[...], below: part.utf8.count + 1, to: &out)
            return out.text
        }
    }

    /// Writes members as one object, those of objects within it in theirs.
    ///
    /// - Parameters:
    ///   - start: where their names begin in their paths, in bytes.
    ///   - depth: how many objects may stand within it; what is deeper is written by its dotted name.
    private static func write(
        _ members: ArraySlice<Member>,
        below start: Int,
        depth: Int = 32,
        to out: inout ByteBuffer
    ) {
        var groups: [(name: Substring, members: [Member])] = []
        var places: [Substring: Int] = [:]
        for member in members {
            let rest = member.path.utf8.dropFirst(start)
            let name = Substring(depth > 0 ? rest.prefix { $0 != 0x2e } : rest)
            if let place = places[name] {
                groups[place].members.append(member)
            } else {
                places[name] = groups.count
                groups.append((name, [member]))
            }
        }
        out.append(0x7b)
        for (index, group) in groups.enumerated() {
            if index > 0 { out.append(0x2c) }
            out.string(Array(group.name.utf8).span)
            out.append(0x3a)
            let next = start + group.name.utf8.count + 1
            let inside = group.members.filter { $0.path.utf8.count >= next }
            let value = group.members.first { $0.path.utf8.count < next }
            // Of a value and of members below it those stand that tell something.
            if let value,
                inside.isEmpty || value.weight > .nothing && !inside.contains(where: { $0.weight > .nothing })
            {
                out.append(value.value)
            } else {
                write(inside[...], below: next, depth: depth - 1, to: &out)
            }
        }
        out.append(0x7d)
    }
}
