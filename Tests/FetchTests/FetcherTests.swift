import Fetch
import Net
import TestSupport
import Testing
import Wire

@Suite struct FetcherTests {
    private let server: ServerProcess

    init() throws {
        server = try ServerProcess("python3") { port, _ in
            [projectFolder + "/Tests/Tools/fetch_server.py", "\(port)"]
        }
    }

    private func request(_ path: String) -> FetchRequest {
        FetchRequest("http://127.0.0.1:\(server.port)\(path)")
    }

    private func fetch(_ request: FetchRequest) throws(FetchError) -> FetchResponse {
        try Fetcher.contents(request, Fetcher.Options(userAgent: "hallmark-test (tests@example.org)"))
    }

    private func text(_ path: String) throws -> String {
        String(decoding: try fetch(request(path)).body, as: UTF8.self)
    }

    private func failure(_ request: FetchRequest) -> FetchError.Kind? {
        do throws(FetchError) {
            _ = try fetch(request)
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func whoAsksIsSaid() throws {
        let answer = try fetch(request("/ok"))
        #expect(String(decoding: answer.body, as: UTF8.self) == "hallmark-test (tests@example.org)")
        #expect(answer.mediaType == "text/plain")
    }

    @Test func postedBytesArrive() throws {
        var request = request("/post")
        request.body = Array("\0binary\r\n".utf8)
        request.bodyType = "application/ocsp-request"
        let answer = try fetch(request)
        #expect(String(decoding: answer.body, as: UTF8.self) == "application/ocsp-request:\0binary\r\n")
    }

    /// Whole with each attempt; a file that is cut meanwhile, or not there, is no answer of the server's.
    @Test func postedFilesArrive() throws {
        let scratch = Scratch()
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3 | 1) & 0x7f }
        var request = request("/post/late")
        request.bodyFile = try scratch.write("posted", String(decoding: bytes, as: UTF8.self))
        request.bodyType = "text/x-records"
        #expect(try fetch(request).body == Array("text/x-records:".utf8) + bytes)
        request.bodyFile = try scratch.write("empty", "")
        #expect(try fetch(request).body == Array("text/x-records:".utf8))
        request.bodyFile = scratch.file("none")
        #expect(failure(request) == .local)
    }

    @Test func packedAnswersAreUnpackedWithinBounds() throws {
        #expect(try text("/packed").count == 7000)
        var bomb = request("/bomb")
        bomb.mostBytes = 1 << 20
        #expect(failure(bomb) == .tooLarge)
    }

    @Test func aServerThatIsBusyIsAskedAgain() throws {
        let clock = ContinuousClock()
        let start = clock.now
        #expect(try text("/busy") == "at last")
        // The server asked for a second.
        #expect(clock.now - start >= .seconds(1))
        #expect(try text("/asked/busy") == "3")
    }

    @Test func whatIsCutOffIsFetchedAgain() throws {
        #expect(try text("/cut") == String(repeating: "x", count: 1000))
        #expect(try text("/asked/cut") == "2")
    }

    @Test func attemptsEnd() throws {
        var broken = request("/broken")
        broken.mostAttempts = 2
        #expect(failure(broken) == .badAnswer)
        #expect(try text("/asked/broken") == "2")
        // What is not there is not asked for again.
        #expect(failure(request("/nothing")) == .badAnswer)
        #expect(try text("/asked/nothing") == "1")
    }

    @Test func sizeAndTimeAreBounded() {
        var endless = request("/endless")
        endless.mostBytes = 1 << 20
        #expect(failure(endless) == .tooLarge)
        var silent = request("/silent")
        (silent.totalTimeout, silent.mostAttempts) = (300, 1)
        #expect(failure(silent) == .timeout)
        // In words of ours: the library's name whatever step it was at.
        let error = #expect(throws: FetchError.self) { try fetch(silent) }
        #expect(error?.reason == "no answer came within 0.3 s")
    }

    @Test func redirectsAreBoundedAndStayOnTheWeb() throws {
        #expect(try text("/turn/3").hasPrefix("hallmark-test"))
        #expect(failure(request("/turn/4")) == .tooManyRedirects)
        #expect(failure(request("/elsewhere")) == .badAddress)
        for url in ["file:///etc/passwd", "ftp://127.0.0.1/", "127.0.0.1", "http://a\0b/"] {
            #expect(failure(FetchRequest(url)) == .badAddress)
        }
    }

    @Test func anAddressThatMayNotBeConnectedToIsNot() throws {
        var gated = request("/ok")
        gated.mayConnect = { $0 != IPAddress(v4: 0x7f00_0001) }
        #expect(failure(gated) == .refusedAddress)
        gated.mayConnect = { $0 == IPAddress(v4: 0x7f00_0001) }
        #expect(failure(gated) == nil)
    }

    @Test func aStrangersCertificateIsNotTrusted() throws {
        let certificate = try TestCertificate(
            subject: "/CN=127.0.0.1",
            extra: ["-addext", "subjectAltName=IP:127.0.0.1"]
        )
        let nginx = try Nginx.start(certificate)
        let request = FetchRequest("https://127.0.0.1:\(nginx.port)/")
        #expect(failure(request) == .untrusted)
        var options = Fetcher.Options(userAgent: "hallmark-test")
        options.trust = certificate.certificate
        let answer = try Fetcher.contents(request, options)
        #expect(String(decoding: answer.body, as: UTF8.self) == "ok\n")
    }

    @Test func manyAtOnceOnOneLoop() throws {
        let loop = try EventLoop()
        let fetcher = try Fetcher(on: loop, Fetcher.Options(userAgent: "hallmark-test"))
        var sizes: [Int] = []
        for _ in 0..<50 {
            fetcher.fetch(request("/packed")) {
                if case .success(let answer) = $0 { sizes.append(answer.body.count) }
            }
        }
        loop.run()
        #expect(sizes == [Int](repeating: 7000, count: 50))
        #expect(fetcher.count == 0)
    }

    /// It would not be asked before the first had its answer, while its own time ran.
    @Test func aSlowAnswerHoldsNoOtherUp() throws {
        let loop = try EventLoop()
        let fetcher = try Fetcher(on: loop, Fetcher.Options(userAgent: "hallmark-test"))
        var slow = request("/silent")
        slow.mostAttempts = 1
        var ends: [String] = []
        fetcher.fetch(slow) { _ in ends.append("slow") }
        for _ in 0..<3 {
            fetcher.fetch(request("/ok")) {
                if case .success = $0 { ends.append("ok") }
                if ends.count == 3 { fetcher.cancelAll() }
            }
        }
        loop.run()
        #expect(ends == ["ok", "ok", "ok", "slow"])
    }

    @Test func whatIsUnderWayCanBeCancelled() throws {
        let loop = try EventLoop()
        let fetcher = try Fetcher(on: loop, Fetcher.Options(userAgent: "hallmark-test"))
        var ends: [FetchError.Kind] = []
        for path in ["/silent", "/broken"] {
            fetcher.fetch(request(path)) {
                if case .failure(let error) = $0 { ends.append(error.kind) }
            }
        }
        loop.after(milliseconds: 200) { fetcher.cancelAll() }
        loop.run()
        #expect(ends == [.cancelled, .cancelled])
    }
}
