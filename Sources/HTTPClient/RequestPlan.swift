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
        guard let link = IconLink.find(in: first.body.span), !link.lowercased().hasPrefix("data:") else {
            return HTTPRequest("GET", "/favicon.ico")
        }
        return HTTPRequest("GET", first.origin.target(of: link, from: first.request.path) ?? "/favicon.ico")
    }
}

extension HTTPOrigin {
    /// The request target that `reference` names on this origin; nil when it names another one (RFC 3986, section 5).
    func target(of reference: String, from path: String) -> String? {
        let reference = reference.prefix { $0 != "#" }
        var rest = reference
        let lower = reference.lowercased()
        if lower.hasPrefix("http:") || lower.hasPrefix("https:") || reference.hasPrefix("//") {
            guard reference.hasPrefix("//") || lower.hasPrefix(scheme + "://"),
                let slashes = reference.firstRange(of: "//")
            else { return nil }
            rest = reference[slashes.upperBound...]
            let named = rest.prefix { !"/?".contains($0) }
            let port = isTLS ? ":443" : ":80"
            guard [authority.lowercased(), authority.lowercased() + port].contains(named.lowercased()) else {
                return nil
            }
            rest = rest.dropFirst(named.count)
            return rest.hasPrefix("/") ? String(rest) : "/" + rest
        }
        // Another scheme, such as `javascript:`.
        if let colon = reference.firstIndex(of: ":"),
            !reference[..<colon].contains(where: { "/?".contains($0) })
        {
            return nil
        }
        if rest.hasPrefix("/") { return String(rest) }
        if rest.hasPrefix("?") { return path + rest }
        while rest.hasPrefix("./") { rest = rest.dropFirst(2) }
        let folder = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
        return folder + "/" + rest
    }
}

extension HTTPExchange {
    /// Where an answer redirects to on the same scheme, host and port.
    fileprivate var sameOriginRedirect: String? {
        redirect.flatMap { origin.target(of: $0, from: request.path) }
    }
}
