import Corpus
import Import
import Wire

extension Resolution {
    /// What a file of passive DNS says, as a corpus keeps it.
    init(_ sighting: NameSighting) {
        let kind: Kind
        let target: String
        switch sighting.target {
        case .address(let address):
            kind = address.isV4 ? .a : .aaaa
            target = address.description
        case .name(let name):
            kind = .cname
            target = name
        }
        self.init(
            name: sighting.name,
            kind: kind,
            target: target,
            first: sighting.first,
            last: sighting.last,
            count: sighting.count
        )
    }
    /// The same as passive DNS tells it; nil for what is no address in a corpus that somebody else wrote to.
    var sighting: NameSighting? {
        let target: NameSighting.Target
        switch kind {
        case .a, .aaaa:
            guard let address = IPAddress(self.target) else { return nil }
            target = .address(address)
        case .cname: target = .name(self.target)
        }
        return NameSighting(name: name, target: target, first: first, last: last, count: count)
    }
}
