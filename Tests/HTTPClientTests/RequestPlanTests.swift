import HTTPClient
import Observations
import Testing
import Wire

/// In which order an endpoint is asked, and when it is enough.
@Suite struct RequestPlanTests {
    private let origin = HTTPOrigin(isTLS: true, host: "shop.test", port: 443)

    /// Asks until the plan is done; answers name where they redirect to.
    private func asked(_ plan: RequestPlan, _ redirects: [String: String] = [:], most: Int = 200) -> [String]
    {
        var plan = plan
        var exchanges: [HTTPExchange] = []
        var asked: [String] = []
        while asked.count < most, let (request, purpose) = plan.next(after: exchanges) {
            asked.append(request.target)
            guard purpose == .page else { continue }
            var exchange = HTTPExchange(origin: origin, request: request)
            (exchange.version, exchange.end, exchange.status) = (.http11, .complete, 200)
            if let target = redirects[request.target] {
                exchange.status = 302
                exchange.headers = HTTPHeaders([("Location", target)])
            }
            exchanges.append(exchange)
        }
        return asked
    }

    private func plan(
        _ paths: [String],
        own: Int = 0,
        icon: Bool = false,
        _ options: HTTPOptions = HTTPOptions()
    )
        -> RequestPlan
    {
        RequestPlan(options, asking: paths.map { HTTPRequest("GET", $0) }, own: own, wantsIcon: icon)
    }

    /// Where the host points to what rules want, that is next, though no redirect is followed.
    @Test(arguments: [
        (["/": "/c"], ["/", "/c", "/a", "/b"]), (["/": "https://shop.test/b"], ["/", "/b", "/a", "/c"]),
        (["/": "https://other.test/c"], ["/", "/a", "/b", "/c"]), (["/": "/d"], ["/", "/a", "/b", "/c"]),
        (["/": "/c", "/c": "/b"], ["/", "/c", "/b", "/a"]), (["/a": "/c"], ["/", "/a", "/c", "/b"]),
        (["/b": "/a"], ["/", "/a", "/b", "/c"]),
    ])
    func whatTheHostPointsTo(_ redirects: [String: String], _ expected: [String]) {
        #expect(asked(plan(["/a", "/b", "/c"]), redirects) == expected)
    }

    @Test func ownRequestsAreNotOutrun() {
        #expect(
            asked(plan(["/own", "/also", "/a", "/b"], own: 2), ["/": "/b"]) == [
                "/", "/own", "/also", "/b", "/a",
            ]
        )
        #expect(
            asked(plan(["/own", "/also", "/a"], own: 2), ["/": "/also"]) == ["/", "/own", "/also", "/a"]
        )
        var options = HTTPOptions()
        options.requests = 3
        #expect(
            asked(plan(["/own", "/a", "/b"], own: 1, icon: true, options), ["/": "/b"]) == [
                "/", "/own", "/favicon.ico",
            ]
        )
        options.followsRedirects = true
        options.requests = 4
        #expect(
            asked(plan(["/own", "/a"], own: 1, options), ["/": "/login"]) == ["/", "/own", "/login", "/a"]
        )
    }

    /// A host that points on and on is left after some pages, and what rules want is asked all the same.
    @Test func endlessRedirectsEnd() {
        var options = HTTPOptions()
        options.followsRedirects = true
        options.requests = 100
        let chain = Dictionary(
            uniqueKeysWithValues: (0..<90).map { ("/\($0)", "/\($0 + 1)") } + [("/", "/0")]
        )
        let found = asked(plan(["/a"], options), chain)
        #expect(found.count == 18 && found.last == "/a", "\(found)")
    }

    /// A page and seventeen more.
    @Test func aSweepsBudget() {
        let found = asked(plan((0..<40).map { "/\($0)" }, icon: true))
        #expect(found.count == 18 && found.first == "/" && found.last == "/favicon.ico")
    }
}
