import Bytes
import Observations
import Wire

/// Writes a record of ours without who connected, or with what stands for it.
struct ClientFilter {
    /// What stands for addresses; nil where nothing of clients is to be told.
    private let pseudonyms: Pseudonyms?

    init(_ pseudonyms: Pseudonyms?) { self.pseudonyms = pseudonyms }

    /// Members at the top that are about the client, whoever put them there.
    private static let ofClient: Set<String> = ["client", "source", "user"]
    private static let clients = "hallmark.clients"

    func append(_ record: JSONNode, to out: inout ByteBuffer) { append(record, at: "", to: &out) }

    /// - Parameter path: the names on the way to the value, with dots between; a name may have some itself.
    private func append(_ node: JSONNode, at path: String, to out: inout ByteBuffer) {
        guard node.isObject || node.isArray else { return node.append(to: &out) }
        out.append(node.isObject ? 0x7b : 0x5b)
        var isFirst = true
        for part in node.parts {
            if !node.isObject {
                if !isFirst { out.append(0x2c) }
                append(part, at: path, to: &out)
                isFirst = false
                continue
            }
            let place = path.isEmpty ? part.name : path + "." + part.name
            guard let name = name(part, at: place) else { continue }
            if !isFirst { out.append(0x2c) }
            isFirst = false
            var text = name
            text.withUTF8 { out.string(UnsafeRawBufferPointer($0).bindMemory(to: UInt8.self).span) }
            out.append(0x3a)
            if place == Self.clients + ".ip" {
                append(addresses: part, to: &out)
            } else {
                append(part, at: place, to: &out)
            }
        }
        out.append(node.isObject ? 0x7d : 0x5d)
    }

    /// The name under which a member is written; nil for one that is left out.
    private func name(_ member: JSONNode, at place: String) -> String? {
        if Self.ofClient.contains(String(place.prefix { $0 != "." })) { return nil }
        guard place.hasPrefix(Self.clients) else { return member.name }
        guard pseudonyms != nil else { return nil }
        switch place {
        case Self.clients + ".user": return nil
        case Self.clients + ".ip": return String(member.name.dropLast(2)) + "pseudonym"
        default: return member.name
        }
    }

    /// What stands for an address, or for each of a list; an empty text for what is none.
    private func append(addresses node: JSONNode, to out: inout ByteBuffer) {
        guard node.isArray else {
            let ip = node.string.flatMap { IPAddress($0) }
            out.string(ip.flatMap { pseudonyms?.pseudonym(of: $0) } ?? "")
            return
        }
        out.append(0x5b)
        for (place, part) in node.parts.enumerated() {
            if place > 0 { out.append(0x2c) }
            append(addresses: part, to: &out)
        }
        out.append(0x5d)
    }
}
