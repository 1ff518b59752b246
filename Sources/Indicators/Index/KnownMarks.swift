package import Observations
package import Signatures
import Synchronization
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

    /// More values of one field are not looked at: the largest certificate that is read holds fewer names.
    private static let mostValues = 100_000
    /// Further entries of one value are counted and not looked at; those are the lightest.
    private static let mostEntries = 4096
    /// When so many were found the heaviest are taken and the others forgotten.
    private static let mostHeld = 1024

    private let leftOutCount = Atomic(0)

    package var leftOut: LeftOutMarks { LeftOutMarks(leftOutCount.load(ordering: .relaxed)) }

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
        var hits = Hits(time: Int(time))
        for place in digests {
            each(view, place.id) { value in
                guard let key = IndicatorKey(place.kind, value.bytes.span) else { return }
                look(key, place.kind, place.field, value, &hits)
            }
        }
        if view.has(address.id) { lookAtAddress(view, &hits) }
        for place in names { each(view, place.id) { lookAtName($0, place.field, &hits) } }
        guard !hits.found.isEmpty else { return [] }
        takeHeaviest(&hits)
        if hits.leftOut > 0 { leftOutCount.add(hits.leftOut, ordering: .relaxed) }
        return hits.found.map { mark($0, at: hits.time) }
    }

    /// An entry that was found for a value of the record.
    private struct Found {
        let entry: Int
        let kind: IndicatorKind
        let field: String
        let value: FieldValue
    }

    /// What was found of one record.
    private struct Hits {
        /// When it was observed, in milliseconds since 1970; 0 when it does not tell.
        let time: Int
        var found: [Found] = []
        /// Values that are listed, so that a name that stands in two fields is told once.
        var keys: Set<IndicatorKey> = []
        var leftOut = 0
    }

    private func each(_ view: FieldView, _ id: Int, _ body: (FieldValue) -> Void) {
        var place = view.has(id) ? view.first(id) : -1
        var rest = Self.mostValues
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
        _ hits: inout Hits
    ) {
        let entries = index.find(key)
        guard !entries.isEmpty, hits.keys.insert(key).inserted else { return }
        var notes: Set<UInt32> = []
        for entry in entries.prefix(Self.mostEntries) where notes.insert(index.noteNumber(entry)).inserted {
            if notes.count > LeftOutMarks.mostLists {
                hits.leftOut += 1
            } else {
                hits.found.append(Found(entry: entry, kind: kind, field: field, value: value))
            }
        }
        hits.leftOut += max(0, entries.count - Self.mostEntries)
        if hits.found.count >= Self.mostHeld { takeHeaviest(&hits) }
    }

    /// Leaves of what was found what weighs most, in its order, and counts what goes.
    private func takeHeaviest(_ hits: inout Hits) {
        guard hits.found.count > LeftOutMarks.most else { return }
        let weights = hits.found.map { weight($0, at: hits.time) }
        let order = weights.indices.sorted {
            weights[$0] != weights[$1] ? weights[$0] > weights[$1] : $0 < $1
        }
        hits.leftOut += hits.found.count - LeftOutMarks.most
        hits.found = order.prefix(LeftOutMarks.most).sorted().map { hits.found[$0] }
    }

    /// What is confirmed, decided or has a name comes first, then the heaviest kind, then the newest.
    private struct Weight: Comparable {
        let rank: Int
        let kind: Double
        let day: UInt16

        static func < (left: Weight, right: Weight) -> Bool {
            (left.rank, left.kind, left.day) < (right.rank, right.kind, right.day)
        }
    }

    private func weight(_ found: Found, at time: Int) -> Weight {
        let (flags, day, until) = index.facts(found.entry)
        let kind = found.kind.mark
        let isAged = kind.isAged(date: Self.time(day), until: Self.time(until), at: time)
        let weight = kind.weight(isConfirmed: flags.contains(.confirmed), isAged: isAged)
        return Weight(rank: flags.rank, kind: weight, day: day)
    }

    /// A day's begin in milliseconds since 1970; nil for none.
    private static func time(_ day: UInt16) -> Int? { day > 0 ? Int(day) * 86_400_000 : nil }

    private func lookAtAddress(_ view: FieldView, _ hits: inout Hits) {
        let value = view[view.first(address.id)]
        guard let given = IPAddress(value.bytes.span) else { return }
        let ip = given.unmapped
        if index.has(.endpoint), let number = view.integer(port), let port = UInt16(exactly: number) {
            look(IndicatorKey(.endpoint, ip, port: port), .endpoint, address.field, value, &hits)
        }
        if index.has(.address) { look(IndicatorKey(.address, ip), .address, address.field, value, &hits) }
        guard index.has(.range) else { return }
        func lookAtNetwork(_ length: Int) {
            look(
                IndicatorKey(.range, ip.prefix(length), length: length),
                .range,
                address.field,
                value,
                &hits
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
    private func lookAtName(_ value: FieldValue, _ field: String, _ hits: inout Hits) {
        let text = value.bytes.span
        // A certificate for all names below one is for that one's owner.
        let isStarred = text.count > 2 && text[0] == 0x2a && text[1] == 0x2e
        let name = text.extracting((isStarred ? 2 : 0)...)
        guard name.count <= 254, let key = IndicatorKey(.name, name) else { return }
        look(key, .name, field, value, &hits)
        guard index.has(.below) else { return }
        if isStarred, let key = IndicatorKey(.below, name) { look(key, .below, field, value, &hits) }
        for place in name.indices where name[place] == 0x2e && place + 1 < name.count {
            guard let key = IndicatorKey(.below, name.extracting((place + 1)...)) else { return }
            look(key, .below, field, value, &hits)
        }
    }

    private static let longestValue = 256

    private func mark(_ found: Found, at time: Int) -> ListedMark {
        let (note, day, until) = index.entry(found.entry)
        let kind = found.kind.mark
        let (date, end) = (Self.time(day), Self.time(until))
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
