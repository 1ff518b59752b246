import Glibc
package import Net
import Wire

/// Fetches one thing after the other from hosts whose addresses chosen name servers tell.
///
/// Without such servers it is a `Fetcher` and nothing more. With them the system is asked for no name,
/// neither the first nor that of a redirect; a proxy of the environment finds hosts itself. It belongs to its
/// loop's thread.
package final class ResolvingFetcher {
    private let loop: EventLoop
    private let fetcher: Fetcher
    private let resolver: Resolver?
    /// Whose host's address is being asked for.
    private var asking: [Int: Fetcher.Completion] = [:]
    private var lastNumber = 0
    /// Hosts of which no name server could tell, why, and until when they are not asked for again.
    private var unknown: [String: (failure: FetchError, until: UInt64)] = [:]

    /// Milliseconds for which a host is not asked for again: many things may lie at one host.
    private static let silence: UInt64 = 60_000
    private static let mostUnknown = 1024

    /// For how long a host's address is looked for that no name server tells, in milliseconds.
    private static let patience: UInt64 = 5000

    /// - Parameter servers: name servers, as in `Resolver.Options`; empty for the system's way.
    package init(on loop: EventLoop, _ options: Fetcher.Options, servers: [String]) throws {
        self.loop = loop
        fetcher = try Fetcher(on: loop, options)
        guard !servers.isEmpty, !Self.hasProxy else {
            resolver = nil
            return
        }
        var resolving = Resolver.Options()
        resolving.servers = servers
        resolving.patienceMilliseconds = Self.patience
        resolver = try Resolver(on: loop, resolving)
    }

    private static var hasProxy: Bool {
        let names = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        return names.contains { (name: String) in getenv(name).map { $0.pointee != 0 } ?? false }
    }

    /// Fetches; `completion` is called once, on the loop's thread, never before this returns.
    package func fetch(_ request: FetchRequest, _ completion: @escaping Fetcher.Completion) {
        guard resolver != nil else { return fetcher.fetch(request, completion) }
        find(request, until: loop.now + UInt64(max(0, request.totalTimeout)), completion)
    }

    /// Ends all that is under way, and all that would come; whoever waits is told.
    package func cancelAll() {
        let asking = asking
        self.asking.removeAll()
        resolver?.cancel()
        for completion in asking.values {
            completion(.failure(FetchError(.cancelled, "it was cancelled")))
        }
        fetcher.cancelAll()
    }

    /// Asks where the host is, and fetches from there.
    private func find(_ request: FetchRequest, until end: UInt64, _ completion: @escaping Fetcher.Completion)
    {
        guard let resolver, let host = FetchPlaces.host(of: request.url), !Self.isAddress(host) else {
            return get(request, until: end, completion)
        }
        lastNumber += 1
        let number = lastNumber
        asking[number] = completion
        if let known = unknown[host], known.until > loop.now {
            // Never before this returns.
            loop.after(milliseconds: 1) { [weak self] in
                guard let self, asking.removeValue(forKey: number) != nil else { return }
                completion(.failure(known.failure))
            }
            return
        }
        resolver.resolve(host) { [unowned self] outcome in
            guard asking.removeValue(forKey: number) != nil else { return }
            switch outcome {
            case .success(let found):
                var request = request
                let addresses = found.prefix(Self.mostAddresses).map(\.address.address)
                request.places = FetchPlaces(request.url, addresses: Array(addresses))
                get(request, until: end, completion)
            case .failure(let failure):
                let error = FetchError(.network, "where \(host) is could not be told: \(failure)")
                if unknown.count >= Self.mostUnknown { unknown.removeAll() }
                unknown[host] = (error, loop.now + Self.silence)
                completion(.failure(error))
            }
        }
    }

    private static let mostAddresses = 16

    private static func isAddress(_ host: String) -> Bool {
        let bare = host.hasPrefix("[") ? host.dropFirst().dropLast() : host[...]
        return IPAddress(String(bare.prefix { $0 != "%" })) != nil
    }

    private func get(_ request: FetchRequest, until end: UInt64, _ completion: @escaping Fetcher.Completion) {
        var once = request
        once.mostRedirects = 0
        // At least a moment: 0 would be for ever.
        once.totalTimeout = Int(max(1, end - min(end, loop.now)))
        once.connectTimeout = min(request.connectTimeout, once.totalTimeout)
        fetcher.fetch(once) { [unowned self] result in
            guard case .success(let response) = result, (300...399).contains(response.status),
                let next = response.redirect
            else { return completion(result) }
            guard request.mostRedirects > 0 else {
                return completion(.failure(FetchError(.tooManyRedirects, "there are too many redirects")))
            }
            guard !Self.isSecure(request.url) || Self.isSecure(next) else {
                return completion(
                    .failure(FetchError(.badAddress, "a redirect leads from https to something else"))
                )
            }
            var following = request
            following.url = next
            following.mostRedirects -= 1
            following.places = nil
            if FetchPlaces.host(of: next) != FetchPlaces.host(of: request.url) { following.headers = [] }
            find(following, until: end, completion)
        }
    }

    private static func isSecure(_ url: String) -> Bool { url.lowercased().hasPrefix("https://") }
}
