package import Observations
import Wire

/// What one endpoint is asked, in which order, and when it is enough.
package struct RequestPlan: Sendable {
    /// What a request is for.
    package enum Purpose: Sendable, Equatable {
        case page, icon
    }

    private var queue: [HTTPRequest]
    private var wantsIcon: Bool
    private let limit: Int
    private let followsRedirects: Bool
    private var asked: Set<HTTPRequest> = []
    /// What comes before anything that the host points to.
    private let first: Set<HTTPRequest>
    /// Redirects that were followed to what nothing else asks for.
    private var followed = 0

    /// A host can point from page to page for ever.
    private static let mostFollowed = 16

    /// `GET /` first, then what signatures ask for, then the icon.
    ///
    /// What an answer redirects to on the same origin comes next when signatures ask for it.
    ///
    /// - Parameters:
    ///   - requests: what signatures ask for, the most useful first.
    ///   - own: how many of them, from the first on, a person's own rules ask for, which nothing outruns.
    ///   - wantsIcon: the icon is asked for, at the place that the first page names or at `/favicon.ico`.
    package init(
        _ options: HTTPOptions,
        asking requests: [HTTPRequest] = [],
        own: Int = 0,
        wantsIcon: Bool = false
    ) {
        queue = [HTTPRequest("GET", "/")] + requests
        first = Set(requests.prefix(own))
        self.wantsIcon = wantsIcon
        limit = options.requests
        followsRedirects = options.followsRedirects
    }

    /// Requests made so far.
    package var count: Int { asked.count }

    /// Whether the limit has left something out.
    package var isCut: Bool { asked.count >= limit && (wantsIcon || queue.contains { !asked.contains($0) }) }

    /// The next request, or nil when the plan is done or the limit reached.
    package mutating func next(after exchanges: [HTTPExchange]) -> (HTTPRequest, Purpose)? {
        if let target = exchanges.last?.sameOriginRedirect { prefer(target) }
        while asked.count < limit {
            // The icon has the last place of a budget that signatures would use up.
            if wantsIcon, queue.isEmpty || asked.count == limit - 1, asked.count > 0 {
                wantsIcon = false
                guard let request = icon(exchanges) else { continue }
                asked.insert(request)
                return (request, .icon)
            }
            guard !queue.isEmpty else { return nil }
            let request = queue.removeFirst()
            if asked.insert(request).inserted { return (request, .page) }
        }
        return nil
    }

    /// Puts what the host points to before all but a person's own requests.
    private mutating func prefer(_ target: String) {
        let request: HTTPRequest
        if let place = queue.firstIndex(where: { $0.method == "GET" && $0.target == target }) {
            guard !first.contains(queue[place]) else { return }
            request = queue.remove(at: place)
        } else {
            request = HTTPRequest("GET", target)
            guard followsRedirects, followed < Self.mostFollowed, !asked.contains(request) else { return }
            followed += 1
        }
        queue.insert(request, at: queue.lastIndex(where: first.contains).map { $0 + 1 } ?? 0)
    }

    /// Where the first page says the icon is, when that is on the same host; else where icons always were.
    ///
    /// As in a browser, the page is the one that the first answer led to.
    private func icon(_ exchanges: [HTTPExchange]) -> HTTPRequest? {
        guard var page = exchanges.first, page.version != nil else { return nil }
        for _ in 0..<Self.mostFollowed {
            guard let target = page.sameOriginRedirect,
                let next = exchanges.first(where: { $0.request == HTTPRequest("GET", target) })
            else { break }
            page = next
        }
        return HTTPRequest("GET", page.iconTarget ?? "/favicon.ico")
    }
}

extension HTTPExchange {
    /// The icon that the page names on its own origin.
    fileprivate var iconTarget: String? {
        guard let link = IconLink.find(in: body.span) else { return nil }
        let base = link.base.flatMap { HTTPReference($0, origin: origin, target: request.target) }
        return HTTPReference(
            link.href,
            origin: base?.origin ?? origin,
            target: base?.target ?? request.target
        )?
        .target(on: origin)
    }

    /// Where an answer redirects to on the same scheme, host and port.
    fileprivate var sameOriginRedirect: String? { redirectTarget?.target(on: origin) }
}

extension HTTPReference {
    /// The target, when it lies on `other`.
    fileprivate func target(on other: HTTPOrigin) -> String? {
        let isSame =
            origin.isTLS == other.isTLS && origin.port == other.port
            && origin.host == other.host.lowercased()
        return isSame ? target : nil
    }
}
