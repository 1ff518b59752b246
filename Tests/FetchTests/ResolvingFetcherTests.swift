import Fetch
import Net
import TestSupport
import Testing
import Wire

/// Hosts whose addresses a chosen name server tells, and nobody else.
@Suite struct ResolvingFetcherTests {
    private let server: ServerProcess
    private let names: ServerProcess

    init() throws {
        server = try ServerProcess("python3") { port, _ in
            [projectFolder + "/Tests/Tools/fetch_server.py", "\(port)"]
        }
        names = try Unbound.start(server: [
            "local-zone: \".\" static", "local-data: \"list.test. A 127.0.0.1\"",
            "local-data: \"other.test. A 127.0.0.1\"",
        ])
    }

    private func fetch(
        _ url: String,
        _ change: (inout FetchRequest) -> Void = { _ in }
    ) throws -> Result<FetchResponse, FetchError> {
        let loop = try EventLoop()
        let fetcher = try ResolvingFetcher(
            on: loop,
            Fetcher.Options(userAgent: "hallmark-test"),
            servers: ["127.0.0.1:\(names.port)"]
        )
        var request = FetchRequest(url.replacing("PORT", with: "\(server.port)"))
        request.mostAttempts = 1
        change(&request)
        var found = Result<FetchResponse, FetchError>.failure(FetchError(.local, "no word"))
        fetcher.fetch(request) { found = $0 }
        loop.run()
        return found
    }

    private func text(_ url: String) throws -> String {
        String(decoding: try fetch(url).get().body, as: UTF8.self)
    }

    private func failure(
        _ url: String,
        _ change: (inout FetchRequest) -> Void = { _ in }
    ) throws -> FetchError? {
        if case .failure(let error) = try fetch(url, change) { error } else { nil }
    }

    @Test func theNameServerTellsWhereHostsAre() throws {
        for url in [
            "http://list.test:PORT/ok", "http://LIST.test:PORT/ok", "http://list.test.:PORT/ok",
            "http://127.0.0.1:PORT/ok", "http://list.test:PORT/to/other.test:PORT/ok",
            "http://127.0.0.1:PORT/to/other.test:PORT/ok", "http://list.test:PORT/turn/3",
        ] {
            #expect(try text(url) == "hallmark-test", "\(url)")
        }
    }

    @Test func whatItDoesNotKnowIsAskedOfNobodyElse() throws {
        let unknown = "where unknown.test is could not be told: the name does not exist"
        #expect(try failure("http://unknown.test:PORT/ok")?.reason == unknown)
        #expect(try failure("http://list.test:PORT/to/unknown.test:PORT/ok")?.reason == unknown)
    }

    @Test func boundsAreKept() throws {
        #expect(try failure("http://list.test:PORT/turn/4")?.kind == .tooManyRedirects)
        #expect(try failure("http://list.test:PORT/elsewhere")?.kind == .badAddress)
        #expect(try failure("nothing")?.kind == .badAddress)
        #expect(
            try failure("http://list.test:PORT/ok") { $0.mayConnect = { _ in false } }?.kind
                == .refusedAddress
        )
        #expect(try failure("http://list.test:PORT/silent") { $0.totalTimeout = 300 }?.kind == .timeout)
    }

    /// Many things may lie at one host: of one that nobody can tell of it is asked once.
    @Test func aHostThatNobodyTellsOfIsAskedForOnce() throws {
        let loop = try EventLoop()
        // Nobody answers there.
        let fetcher = try ResolvingFetcher(
            on: loop,
            Fetcher.Options(userAgent: "hallmark-test"),
            servers: ["127.0.0.1:\(freePort())"]
        )
        var ends: [UInt64] = []
        fetcher.fetch(FetchRequest("http://list.test/one")) { _ in
            ends.append(loop.now)
            fetcher.fetch(FetchRequest("http://list.test/two")) { _ in ends.append(loop.now) }
        }
        loop.run()
        // To look for it takes five seconds.
        #expect(ends.count == 2 && ends[1] - ends[0] < 3000, "\(ends)")
    }

    @Test func whatWaitsForANameCanBeCancelled() throws {
        let loop = try EventLoop()
        // Nobody answers there.
        let fetcher = try ResolvingFetcher(
            on: loop,
            Fetcher.Options(userAgent: "hallmark-test"),
            servers: ["127.0.0.1:\(freePort())"]
        )
        var ends: [FetchError.Kind] = []
        fetcher.fetch(FetchRequest("http://list.test/")) {
            if case .failure(let error) = $0 { ends.append(error.kind) }
        }
        fetcher.cancelAll()
        loop.run()
        #expect(ends == [.cancelled])
    }
}
