import Wire

/// How an answer's fields relate, to each other and to the target: the list of `http.response.relations`.
package enum HTTPRelation: String, CaseIterable, Sendable {
    /// The Server header is the target's own name.
    case serverIsHost = "server_is_host"
    /// The redirect goes to the same host.
    case redirectToSameHost = "redirect_to_same_host"
    /// The redirect goes to another host.
    case redirectToOtherHost = "redirect_to_other_host"
    /// The redirect goes from `http` to `https` on the same host.
    case redirectToTLS = "redirect_to_tls"
    /// The body repeats the path that was asked for.
    case bodyHoldsPath = "body_holds_path"
    /// Content-Length differs from the length of the body that came.
    case contentLengthDiffers = "content_length_differs"
    /// The answer has no header but Date, Content-Type and Content-Length.
    case onlyBasicHeaders = "only_basic_headers"

    /// Every relation that holds in `exchange`, in the order of the list.
    ///
    /// - Parameter bodyLength: the length of the body as it came, before content codings were undone.
    package static func all(in exchange: HTTPExchange, bodyLength: Int) -> [HTTPRelation] {
        allCases.filter { relation in
            switch relation {
            case .serverIsHost:
                exchange.headers.text("server")?.lowercased() == exchange.origin.host.lowercased()
            case .redirectToSameHost:
                exchange.redirectHost.map { $0 == exchange.origin.host.lowercased() } ?? false
            case .redirectToOtherHost:
                exchange.redirectHost.map { $0 != exchange.origin.host.lowercased() } ?? false
            case .redirectToTLS:
                !exchange.origin.isTLS && exchange.redirectHost == exchange.origin.host.lowercased()
                    && exchange.redirectTarget?.origin.isTLS == true
            case .bodyHoldsPath:
                exchange.request.path.utf8.count > 4
                    && contains(exchange.body.span, Array(exchange.request.path.utf8).span)
            case .contentLengthDiffers:
                exchange.end == .complete && !exchange.bodyIsTruncated && exchange.request.method != "HEAD"
                    && exchange.status != 304
                    && exchange.headers.text("content-length").flatMap(Int.init).map { $0 != bodyLength }
                        ?? false
            case .onlyBasicHeaders:
                !exchange.headers.isEmpty
                    && exchange.headers.indices.allSatisfy { index in
                        ["date", "content-type", "content-length"].contains {
                            exchange.headers.isNamed($0, index)
                        }
                    }
            }
        }
    }
}

extension HTTPExchange {
    /// The host that the redirect leads to, in lower case; the own one for a relative redirect.
    package var redirectHost: String? { redirectTarget?.origin.host }
}

private func contains(_ text: Span<UInt8>, _ part: Span<UInt8>) -> Bool {
    guard part.count <= text.count else { return false }
    return (0...(text.count - part.count)).contains { start in
        part.indices.allSatisfy { text[start + $0] == part[$0] }
    }
}
