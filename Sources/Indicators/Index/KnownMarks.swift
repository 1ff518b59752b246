package import Observations
package import Signatures
import Wire

/// Looks records up in an index of what others list.
package final class KnownMarks: MarkLists {
    private let index: IndicatorIndex
    private let digests: [Place]
    private let names: [Place]
    private let address: Place
    private let port: Int

    /// Where in a record values of a kind stand.
    private struct Place {
        let kind: IndicatorKind
        let field: String
        /// The field's id.
        let id: Int

        init(_ kind: IndicatorKind, _ field: String) {
            self.kind = kind
            self.field = field
            id = Field.all.firstIndex { $0.name == field } ?? 0
        }
    }

    /// More marks of one record are left out.
    private static let most = 32
    /// More names of one record are not looked at: the largest certificate that is read holds fewer.
    private static let mostNames = 100_000
    /// So many lists that say the same of a value are told.
    private static let mostLists = 8

    package init(_ index: IndicatorIndex) {
        self.index = index
        let digests = [
            Place(.sha256, "tls.server.hash.sha256"),
            Place(.sha1, "tls.server.hash.sha1"),
            Place(.md5, "tls.server.hash.md5"),
            Place(.key, "hallmark.certificate.spki_sha256"),
            Place(.serial, "tls.server.x509.serial_number"),
            Place(.jarm, "tls.server.jarm"),
            Place(.ja3s, "tls.server.ja3s"),
            Place(.ja4s, "tls.server.ja4s"),
            Place(.sha256, "hallmark.certificate.chain.hash.sha256"),
            Place(.key, "hallmark.certificate.chain.spki_sha256"),
        ]
        // What no list names is not looked up.
        self.digests = digests.filter { index.has($0.kind) }
        let names = [
            "server.domain", "tls.client.server_name", "tls.server.x509.alternative_names",
            "tls.server.x509.subject.common_name",
        ]
        self.names = index.has(.name) || index.has(.below) ? names.map { Place(.name, $0) } : []
        address = Place(.address, "server.ip")
        port = Place(.address, "server.port").id
    }

    package func look(_ view: FieldView, at time: Int64) -> [ListedMark] {
        var found: [Found] = []
        for place in digests {
            each(view, place.id, limit: 16) { value in
                guard let key = IndicatorKey(place.kind, value.bytes.span) else { return }
                look(key, place.kind, place.field, value, &found)
            }
        }
        if view.has(address.id) { lookAtAddress(view, &found) }
        for place in names {
            each(view, place.id, limit: Self.mostNames) { lookAtName($0, place.field, &found) }
        }
        guard !found.isEmpty else { return [] }
        return found.prefix(Self.most).map { mark($0, at: Int(time)) }
    }

    /// An entry that was found for a value of the record.
    private struct Found {
        let entry: Int
        let kind: IndicatorKind
        let field: String
        let value: FieldValue
    }

    private func each(_ view: FieldView, _ id: Int, limit: Int, _ body: (FieldValue) -> Void) {
        var place = view.has(id) ? view.first(id) : -1
        var rest = limit
        while place >= 0, rest > 0 {
            let value = view[place]
            body(value)
            place = value.next
            rest -= 1
        }
    }

    private func look(
        _ key: IndicatorKey,
        _ kind: IndicatorKind,
        _ field: String,
        _ value: FieldValue,
        _ found: inout [Found]
    ) {
        guard index.mayHold(key), found.count < Self.most else { return }
        var notes: Set<UInt32> = []
        for entry in index.find(key).prefix(1024) {
            // Of what one list says several times the newest counts, which comes first; and a name that
            // stands in two fields is told once.
            let note = index.noteNumber(entry)
            guard notes.count < Self.mostLists, notes.insert(note).inserted else { continue }
            if found.contains(where: { $0.entry == entry }) { continue }
            found.append(Found(entry: entry, kind: kind, field: field, value: value))
        }
    }

    private func lookAtAddress(_ view: FieldView, _ found: inout [Found]) {
        let value = view[view.first(address.id)]
        guard let given = IPAddress(value.bytes.span) else { return }
        let ip = given.unmapped
        if index.has(.endpoint), let number = view.integer(port), let port = UInt16(exactly: number) {
            look(IndicatorKey(.endpoint, ip, port: port), .endpoint, address.field, value, &found)
        }
        if index.has(.address) { look(IndicatorKey(.address, ip), .address, address.field, value, &found) }
        guard index.has(.range) else { return }
        func lookAtNetwork(_ length: Int) {
            look(
                IndicatorKey(.range, ip.prefix(length), length: length),
                .range,
                address.field,
                value,
                &found
            )
        }
        // The narrowest network first.
        if ip.isV4 {
            for length in stride(from: 32, through: 0, by: -1)
            where index.lengthsV4 & 1 << UInt64(length) != 0 { lookAtNetwork(length) }
        } else {
            if index.isWholeV6 { lookAtNetwork(128) }
            for length in stride(from: 127, through: 0, by: -1)
            where index.lengthsV6 & 1 << UInt128(length) != 0 { lookAtNetwork(length) }
        }
    }

    /// Looks up a name and, where names below others are listed, those that it is below.
    private func lookAtName(_ value: FieldValue, _ field: String, _ found: inout [Found]) {
        let text = value.bytes.span
        // A certificate for all names below one is for that one's owner.
        let isStarred = text.count > 2 && text[0] == 0x2a && text[1] == 0x2e
        let name = text.extracting((isStarred ? 2 : 0)...)
        guard name.count <= 254, let key = IndicatorKey(.name, name) else { return }
        look(key, .name, field, value, &found)
        guard index.has(.below) else { return }
        if isStarred, let key = IndicatorKey(.below, name) { look(key, .below, field, value, &found) }
        for place in name.indices where name[place] == 0x2e && place + 1 < name.count {
            guard let key = IndicatorKey(.below, name.extracting((place + 1)...)) else { return }
            look(key, .below, field, value, &found)
        }
    }

    private static let longestValue = 256

    private func mark(_ found: Found, at time: Int) -> ListedMark {
        let (note, day, until) = index.entry(found.entry)
        let kind = found.kind.mark
        let date = day > 0 ? Int(day) * 86_400_000 : nil
        let end = until > 0 ? Int(until) * 86_400_000 : nil
        let value = found.value.bytes
        return ListedMark(
            kind,
            field: found.field,
            value: String(decoding: value.prefix(Self.longestValue), as: UTF8.self),
            feed: note.feed,
            date: date,
            until: end,
            description: note.description,
            tlp: note.tlp,
            software: note.software.map { Software(name: $0, id: note.softwareID) },
            reference: note.reference,
            isConfirmed: note.isConfirmed,
            isAged: kind.isAged(date: date, until: end, at: time)
        )
    }
}

/// Several lists as one.
package final class SeveralLists: MarkLists {
    private let lists: [any MarkLists]

    package init(_ lists: [any MarkLists]) { self.lists = lists }

    package func look(_ view: FieldView, at time: Int64) -> [ListedMark] {
        lists.flatMap { $0.look(view, at: time) }
    }
}
