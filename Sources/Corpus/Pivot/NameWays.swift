import Wire

/// The ways between names and addresses that passive DNS knows, aliases and their times followed.
struct NameWays {
    /// A name and an address, by way of aliases.
    struct Way: Equatable {
        /// The name, and the aliases between; the last is the one that the address belonged to.
        var names: [String]
        var address = ""
        /// When all of it held, in milliseconds since 1970.
        var first = Int.min
        var last = Int.max
        var count = Int.max

        /// Another step of it; nil where its time is another one.
        ///
        /// An alias and its address are often seen apart by the time for which a resolver keeps one of them.
        func adding(_ step: Resolution) -> Way? {
            // The first step comes to an open period, which nothing lies beside.
            let (begin, end) = (max(first, step.first), min(last, step.last))
            guard begin <= end || begin - end <= Self.slack else { return nil }
            var way = self
            (way.first, way.last) = (min(begin, end), max(begin, end))
            way.count = min(count, step.count)
            return way
        }

        /// A day, in milliseconds.
        private static let slack = 86_400_000
    }

    let store: any NameStore

    /// Records that are read of one name or address.
    static let mostRecords = 100
    private static let mostAliases = 8
    /// More names than this at one address are many services, as a CDN or a shared host has them.
    static let mostNames = 50

    /// Where a name led, the most direct way to each address first.
    func from(_ name: String) throws -> [Way] {
        var open = [Way(names: [name])]
        var seen: Set<String> = [name]
        var found: [Way] = []
        while let way = open.popLast(), found.count < Self.mostRecords {
            guard let end = way.names.last else { continue }
            for step in try store.resolutions(name: end, limit: Self.mostRecords) {
                guard var next = way.adding(step) else { continue }
                if step.kind != .cname {
                    next.address = step.target
                    found.append(next)
                } else if next.names.count <= Self.mostAliases, seen.insert(step.target).inserted {
                    next.names.append(step.target)
                    open.append(next)
                }
            }
        }
        // What Zeek tells of an address both directly and by an alias is one way; the shortest says it.
        var told: Set<String> = []
        return found.sorted { ($0.names.count, $1.last, $0.address) < ($1.names.count, $0.last, $1.address) }
            .filter { told.insert($0.address).inserted }
    }

    /// Which names led to an address; one more than `mostNames` where there are as many.
    func to(_ address: String) throws -> [Way] {
        var open: [Way] = [Way(names: [], address: address)]
        var seen: Set<String> = []
        var found: [Way] = []
        while let way = open.popLast(), found.count <= Self.mostNames {
            for step in try store.resolutions(target: way.names.first ?? address, limit: Self.mostRecords)
            where (step.kind == .cname) != way.names.isEmpty {
                guard var next = way.adding(step), next.names.count <= Self.mostAliases,
                    seen.insert(step.name).inserted
                else { continue }
                next.names.insert(step.name, at: 0)
                found.append(next)
                open.append(next)
            }
        }
        return found
    }

    /// Whether more names led to an address than one service has.
    func isShared(_ address: String) throws -> Bool {
        try store.resolutions(target: address, limit: Self.mostNames + 1).count > Self.mostNames
    }
}
