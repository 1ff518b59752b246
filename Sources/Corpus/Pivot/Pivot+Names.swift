import Observations
import Wire

/// Along names and addresses: certificate, name, address, certificate, each step with its time.
extension Pivot {
    /// What is looked at of the query, and of each step.
    private enum Most {
        static let names = 64
        static let addresses = 64
        static let endpoints = 20
        static let certificates = 5
        static let paths = 200
    }

    /// All ways from the names and the addresses of a query.
    func paths(_ query: PivotQuery, _ seeds: Seeds) throws -> PivotPaths {
        guard let kept = store.names, try kept.hasResolutions() else { return PivotPaths() }
        let ways = NameWays(store: kept)
        var found = PivotPaths()
        let own = Set(seeds.certificates)
        for name in try names(query, seeds, kept) {
            for way in try ways.from(name) { try follow(way, to: .toAddress, own, ways, &found) }
        }
        for address in try addresses(query, seeds) {
            let led = try ways.to(address)
            guard led.count <= NameWays.mostNames else {
                found.busy.append(address)
                continue
            }
            for way in led { try follow(way, to: .toName, own, ways, &found) }
        }
        return found
    }

    // MARK: Where it begins

    private func names(_ query: PivotQuery, _ seeds: Seeds, _ kept: any NameStore) throws -> [String] {
        var names: [String] = []
        func add(_ name: String) {
            if names.count < Most.names, !names.contains(name) { names.append(name) }
        }
        func addBelow(_ domain: String, isOneLabel: Bool) throws {
            for known in try kept.resolutions(below: domain, limit: NameWays.mostRecords)
            where !isOneLabel || HostName.covers("*." + domain, known.name) { add(known.name) }
        }
        switch query {
        case .name(let name): add(name)
        case .below(let domain): try addBelow(domain, isOneLabel: false)
        default: break
        }
        for mark in seeds.marks where mark.kind == .name {
            let name = mark.value.lowercased()
            add(name)
            if name.hasPrefix("*.") { try addBelow(String(name.dropFirst(2)), isOneLabel: true) }
        }
        return names
    }

    private func addresses(_ query: PivotQuery, _ seeds: Seeds) throws -> [String] {
        var addresses: [String] = []
        func add(_ endpoint: Int) throws {
            let address = try store.endpoint(endpoint).ip
            if addresses.count < Most.addresses, !addresses.contains(address) { addresses.append(address) }
        }
        if case .endpoint(let ip, _) = query { addresses = [ip] }
        for endpoint in seeds.endpoints { try add(endpoint) }
        for certificate in seeds.certificates {
            for sighting in try store.sightings(certificate: certificate, limit: Most.endpoints) {
                try add(sighting.endpoint)
            }
        }
        return addresses
    }

    // MARK: Where it ends

    private func follow(
        _ way: NameWays.Way,
        to direction: PivotPath.Direction,
        _ own: Set<Int>,
        _ ways: NameWays,
        _ found: inout PivotPaths
    ) throws {
        guard found.paths.count < Most.paths else {
            found.isCut = true
            return
        }
        var ends =
            direction == .toAddress
            ? try ends(at: way.address, own) : try ends(for: way.names.first ?? "", own)
        if direction == .toName, !ends.isEmpty {
            // A name of the query's own certificate is told from the name on.
            ends.removeAll(where: \.isOwn)
            if ends.isEmpty { return }
        }
        let isShared = try ways.isShared(way.address)
        for end in ends.isEmpty ? [nil] : ends.map(Optional.some) {
            found.paths.append(
                PivotPath(
                    direction: direction,
                    names: way.names,
                    address: way.address,
                    first: way.first,
                    last: way.last,
                    count: way.count,
                    isShared: isShared,
                    end: end
                )
            )
        }
    }

    /// The certificates that an address showed.
    private func ends(at address: String, _ own: Set<Int>) throws -> [PivotPath.End] {
        var ends: [PivotPath.End] = []
        var told: Set<Int> = []
        for endpoint in try store.endpoints(ip: address, port: nil, limit: Most.endpoints) {
            for sighting in try store.sightings(endpoint: endpoint, limit: Most.certificates)
            where sighting.certificate > 0 && told.insert(sighting.certificate).inserted {
                if let end = try end(sighting.certificate, sighting, own) { ends.append(end) }
            }
        }
        return ends
    }

    /// The certificates for a name.
    private func ends(for name: String, _ own: Set<Int>) throws -> [PivotPath.End] {
        var ids: [Int] = []
        for pattern in [name, HostName.parent(name).map { "*." + $0 }].compactMap(\.self) {
            ids += try store.certificates(with: Mark(.name, pattern), limit: Most.certificates)
        }
        return try ids.compactMap { id in
            try end(id, try store.sightings(certificate: id, limit: 1).first, own)
        }
    }

    private func end(
        _ id: Int,
        _ sighting: PivotSighting?,
        _ own: Set<Int>
    ) throws -> PivotPath.End? {
        guard let certificate = try store.certificate(id) else { return nil }
        let place = try sighting.map(place)
        return PivotPath.End(
            id: "c\(id)",
            sha256: certificate.sha256,
            subject: certificate.subject,
            place: place,
            isOwn: own.contains(id)
        )
    }
}
