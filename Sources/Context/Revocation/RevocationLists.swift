import Bytes
import Fetch
package import Net
package import Wire

/// Fetches the revocation lists that certificates name, each once for all certificates that name it.
///
/// Whoever made a certificate chose the addresses in it: nothing large, slow or inside of the own network is
/// fetched for a stranger, and what a list says counts only with the issuer's signature.
package final class RevocationLists {
    package struct Options: Sendable {
        /// What the program says of itself.
        package var userAgent: String
        /// Bytes of one list at most.
        package var mostBytes = 32 << 20
        /// Milliseconds for one list at most.
        package var timeout = 20_000
        /// Name servers that tell where lists lie, as in `Resolver.Options`; empty for the system's way.
        package var servers: [String] = []
        /// Where lists are kept between runs; nil for nowhere.
        package var keeper: (any RevocationListKeeper)?
        /// Which network an address is in: empty for the Internet.
        ///
        /// For an endpoint of one network nothing is fetched from another one, but from the Internet.
        package var network: @Sendable (IPAddress) -> String = { _ in "" }

        package init(userAgent: String) { self.userAgent = userAgent }
    }

    package struct Counts: Sendable, Equatable {
        /// Lists that were fetched or were kept, and those that could not be had.
        package var read = 0
        package var failed = 0
        /// The first that could not be had, and why.
        package var firstFailure: String?

        package init() {}
    }

    /// A list, or why there is none.
    enum Answer {
        case list(RevocationList)
        case unreadable
        case failure(String)
    }

    private struct Key: Hashable {
        let url: String
        let network: String
    }

    private enum Entry {
        case waiting([(Answer) -> Void])
        case done(Answer, bytes: Int)
    }

    /// Lists that are fetched at a time, and those of one host: a slow host leaves room for the others.
    private static let atOnce = (all: 4, ofHost: 3)
    /// Characters of an address that is not asked, by which it is known and shown.
    private static let mostShown = 100
    /// Lists, and bytes of them, that are held at a time.
    private static let capacity = (entries: 1024, bytes: 48 << 20)
    /// How long a kept list is taken without asking for a newer one, in milliseconds: a day, and an hour for
    /// one that holds no longer.
    private static let age = (holds: 86_400_000, over: 3_600_000)

    private let options: Options
    private let fetcher: ResolvingFetcher
    private var entries: [Key: Entry] = [:]
    private var bytes = 0
    private var queue: [(key: Key, host: String)] = []
    /// How many are being fetched, by their hosts.
    private var fetching: [String: Int] = [:]
    private var hasGivenUp = false
    package private(set) var counts = Counts()

    package init(on loop: EventLoop, _ options: Options) throws {
        self.options = options
        fetcher = try ResolvingFetcher(
            on: loop,
            Fetcher.Options(userAgent: options.userAgent),
            servers: options.servers
        )
    }

    /// Ends what is being fetched; whoever waits is told, and nothing is fetched any more.
    package func giveUp() {
        guard !hasGivenUp else { return }
        hasGivenUp = true
        let left = queue
        queue.removeAll()
        for (key, _) in left { finish(key, .failure("there was no time to fetch it"), bytes: 0) }
        fetcher.cancelAll()
    }

    /// - Parameters:
    ///   - endpoint: whose certificate names the list.
    ///   - completion: called once, perhaps before this returns.
    func find(_ url: String, for endpoint: IPAddress?, _ completion: @escaping (Answer) -> Void) {
        let key = Key(url: url, network: endpoint.map(options.network) ?? "")
        switch entries[key] {
        case .done(let answer, _): return completion(answer)
        case .waiting(let others): entries[key] = .waiting(others + [completion])
        case nil:
            makeRoom()
            entries[key] = .waiting([completion])
            if let kept = options.keeper?.read(url), isFresh(kept) {
                return take(key, kept.bytes)
            }
            guard !hasGivenUp else { return finish(key, .failure("there was no time to fetch it"), bytes: 0) }
            queue.append((key, FetchPlaces.host(of: url)?.lowercased() ?? ""))
            fetchNext()
        }
    }

    /// Counts a list that is not asked for, once however many certificates name it.
    func passOver(_ url: String, _ reason: String) {
        let shown = url.utf8.count > Self.mostShown ? url.prefix(Self.mostShown) + "…" : url[...]
        let key = Key(url: String(shown), network: "")
        guard entries[key] == nil else { return }
        makeRoom()
        entries[key] = .waiting([])
        finish(key, .failure(reason), bytes: 0)
    }

    private func isFresh(_ kept: KeptRevocationList) -> Bool {
        let now = Int(WallClock.nanoseconds / 1_000_000)
        let age = now - kept.fetchedAt
        guard age >= 0, age < Self.age.holds else { return false }
        guard let list = RevocationList(kept.bytes), let end = list.nextUpdate, end <= now else {
            return true
        }
        return age < Self.age.over
    }

    private func fetchNext() {
        while fetching.values.reduce(0, +) < Self.atOnce.all,
            let place = queue.firstIndex(where: { fetching[$0.host, default: 0] < Self.atOnce.ofHost })
        {
            let (key, host) = queue.remove(at: place)
            fetching[host, default: 0] += 1
            var request = FetchRequest(key.url)
            request.mostBytes = options.mostBytes
            request.totalTimeout = options.timeout
            request.connectTimeout = min(request.connectTimeout, options.timeout)
            request.mostAttempts = 1
            request.sharesConnections = false
            request.mayConnect = { [network = options.network] address in
                let places = address.reachable.isEmpty ? [address] : address.reachable
                return address.isDestination && places.allSatisfy { ["", key.network].contains(network($0)) }
            }
            fetcher.fetch(request) { [unowned self] result in
                let left = fetching[host, default: 1] - 1
                fetching[host] = left > 0 ? left : nil
                switch result {
                case .success(let response) where response.isSuccess:
                    let now = Int(WallClock.nanoseconds / 1_000_000)
                    take(key, response.body)
                    let kept = KeptRevocationList(bytes: response.body, fetchedAt: now)
                    if case .done(.list, _) = entries[key] { options.keeper?.write(kept, key.url) }
                case .success(let response):
                    fail(key, "the server answers with status \(response.status)")
                case .failure(let error): fail(key, error.reason)
                }
                fetchNext()
            }
        }
    }

    /// What could not be fetched may have been kept earlier; how old it is, its times tell.
    private func fail(_ key: Key, _ reason: String) {
        if let kept = options.keeper?.read(key.url) { return take(key, kept.bytes) }
        finish(key, .failure(reason), bytes: 0)
    }

    private func take(_ key: Key, _ body: [UInt8]) {
        guard let list = RevocationList(body, url: key.url) else { return finish(key, .unreadable, bytes: 0) }
        finish(key, .list(list), bytes: body.count)
    }

    private func finish(_ key: Key, _ answer: Answer, bytes size: Int) {
        guard case .waiting(let completions) = entries[key] else { return }
        switch answer {
        case .list: counts.read += 1
        case .unreadable: note(key, "is no revocation list")
        case .failure(let reason): note(key, reason)
        }
        entries[key] = .done(answer, bytes: size)
        bytes += size
        for completion in completions { completion(answer) }
    }

    private func note(_ key: Key, _ reason: String) {
        counts.failed += 1
        counts.firstFailure = counts.firstFailure ?? "\(key.url): \(reason)"
    }

    private func makeRoom() {
        guard entries.count >= Self.capacity.entries || bytes > Self.capacity.bytes else { return }
        entries = entries.filter { if case .waiting = $0.value { true } else { false } }
        bytes = 0
    }
}
