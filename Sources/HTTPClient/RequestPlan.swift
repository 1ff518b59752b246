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

    /// `GET /` first, then what signatures ask for, then the icon.
    ///
    /// - Parameters:
    ///   - requests: what signatures ask for, the most useful first.
    ///   - wantsIcon: the icon is asked for, at the place that the first page names or at `/favicon.ico`.
    package init(_ options: HTTPOptions, asking requests: [HTTPRequest] = [], wantsIcon: Bool = false) {
        queue = [HTTPRequest("GET", "/")] + requests
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
        if followsRedirects, let last = exchanges.last, let target = last.sameOriginRedirect {
            let request = HTTPRequest("GET", target)
            if !asked.contains(request) { queue.insert(request, at: 0) }
        }
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

    /// Where the first page says the icon is, when that is on the same host; else where icons always were.
    private func icon(_ exchanges: [HTTPExchange]) -> HTTPRequest? {
        guard let first = exchanges.first, first.version != nil else { return nil }
        return HTTPRequest("GET", first.iconTarget ?? "/favicon.ico")
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
