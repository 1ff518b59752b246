@testable import Console
import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing
import Wire

/// The server below the console: who gets a place, and who gets an answer.
@Suite struct HTTPServiceTests {
    /// A server that knows who asks for a path with `token` in it; `/slow` takes longer than it waits for
    /// clients.
    private static func start(_ limits: HTTPService.Limits) throws -> UInt16 {
        let service = HTTPService(limits) { request in
            if request.path.hasPrefix("/slow") { usleep(UInt32(limits.seconds) * 1_000_000 + 1_500_000) }
            return .problem(request.path.contains("token") ? 200 : 401, request.path)
        }
        return try service.start(IPAddress(v4: 0x7f00_0001), port: 0)
    }

    private static func ask(_ socket: ClientSocket, _ path: String, close: Bool = true) {
        let end = close ? "Connection: close\r\n" : ""
        socket.send(Array("GET \(path) HTTP/1.1\r\nHost: x\r\n\(end)\r\n".utf8))
    }

    /// All that comes until the end.
    private static func rest(_ socket: ClientSocket) -> String {
        var bytes: [UInt8] = []
        while true {
            let part = socket.receive()
            guard !part.isEmpty else { return String(decoding: bytes, as: UTF8.self) }
            bytes += part
        }
    }

    /// Whether the other side has ended it; waits for so many milliseconds.
    private static func isEnded(_ socket: ClientSocket, _ milliseconds: Int32 = 0) -> Bool {
        var poller = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&poller, 1, milliseconds) == 1 && socket.receive().isEmpty
    }

    @Test func whoWaitsForAnAnswerGetsIt() throws {
        var limits = HTTPService.Limits()
        (limits.seconds, limits.threads) = (1, 2)
        let port = try Self.start(limits)
        // Two are answered at once, two wait until those are done.
        let clients = try (0..<4).map { number in
            let client = try ClientSocket(port: port)
            Self.ask(client, "/slow/token/\(number)")
            return client
        }
        for (number, client) in clients.enumerated() {
            let text = Self.rest(client)
            #expect(text.hasPrefix("HTTP/1.1 200") && text.contains("/slow/token/\(number)"), "\(text)")
        }
    }

    /// Questions of clients that have left are not answered while others wait.
    @Test func whoHasLeftIsNotWaitedFor() throws {
        let answered = Atomic<Int>(0)
        var limits = HTTPService.Limits()
        limits.threads = 1
        let service = HTTPService(limits) { request in
            answered.add(1, ordering: .relaxed)
            usleep(300_000)
            return .problem(200, request.path)
        }
        let port = try service.start(IPAddress(v4: 0x7f00_0001), port: 0)
        let first = try ClientSocket(port: port)
        Self.ask(first, "/token/first")
        #expect(eventually { answered.load(ordering: .relaxed) == 1 })
        for number in 0..<20 {
            let client = try ClientSocket(port: port)
            Self.ask(client, "/token/\(number)")
        }
        let last = try ClientSocket(port: port)
        Self.ask(last, "/token/last")
        #expect(Self.rest(first).contains("/token/first"))
        #expect(Self.rest(last).contains("/token/last"))
        // Those that left before they were begun.
        #expect(answered.load(ordering: .relaxed) < 10)
    }

    @Test func aHeadHasToComeWithinItsTime() throws {
        var limits = HTTPService.Limits()
        limits.seconds = 1
        let port = try Self.start(limits)
        let client = try ClientSocket(port: port)
        client.send(Array("GET /token HTTP/1.1\r\nX-Slow: ".utf8))
        // Never a second without a byte, and never the end.
        var isEnded = false
        for _ in 0..<150 where !isEnded {
            client.send([0x61])
            isEnded = Self.isEnded(client, 200)
        }
        #expect(isEnded)
        // A body no less than a head.
        let other = try ClientSocket(port: port)
        other.send(Array("POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n".utf8))
        isEnded = false
        for _ in 0..<150 where !isEnded {
            other.send([0x61])
            isEnded = Self.isEnded(other, 200)
        }
        #expect(isEnded)
    }

    @Test func strangersGiveWay() throws {
        var limits = HTTPService.Limits()
        (limits.seconds, limits.strangers, limits.connections) = (300, 8, 40)
        let port = try Self.start(limits)
        let known = try ClientSocket(port: port)
        Self.ask(known, "/token/first", close: false)
        #expect(String(decoding: known.receive(), as: UTF8.self).contains("200"))
        let strangers = try (0..<120).map { _ in try ClientSocket(port: port) }
        for stranger in strangers { stranger.send(Array("GET / HTTP/1.1\r\nX: ".utf8)) }
        let late = try ClientSocket(port: port)
        Self.ask(late, "/token/late")
        #expect(Self.rest(late).contains("/token/late"))
        // Who was known before keeps the connection.
        Self.ask(known, "/token/again")
        #expect(Self.rest(known).contains("/token/again"))
        #expect(strangers.prefix(100).allSatisfy { Self.isEnded($0, 10_000) })
        withExtendedLifetime(strangers) {}
    }

    /// Whoever shows the token and takes nothing off gives way, whether much or little was asked for.
    @Test func whoTakesNothingOffGivesWay() throws {
        var limits = HTTPService.Limits()
        (limits.seconds, limits.strangers, limits.connections) = (300, 8, 40)
        let long = String(repeating: "x", count: 8 << 20)
        let service = HTTPService(limits) { request in
            .problem(200, request.path.hasPrefix("/long") ? long : request.path)
        }
        let port = try service.start(IPAddress(v4: 0x7f00_0001), port: 0)
        let crowd = try (0..<60).map { number in
            let client = try ClientSocket(port: port)
            Self.ask(client, number % 2 == 0 ? "/long" : "/short", close: false)
            return client
        }
        let late = try ClientSocket(port: port)
        Self.ask(late, "/late")
        #expect(Self.rest(late).contains("/late"))
        withExtendedLifetime(crowd) {}
    }

    /// Nor does one keep others out who asks again and again and reads nothing: what the buffers between take
    /// looks read, and each next question is a new one.
    @Test func whoAsksAndDoesNotReadGivesWay() throws {
        var limits = HTTPService.Limits()
        (limits.seconds, limits.connections, limits.threads) = (300, 40, 2)
        let service = HTTPService(limits) { request in
            usleep(request.path == "/late" ? 0 : 20_000)
            return .problem(200, request.path)
        }
        let port = try service.start(IPAddress(v4: 0x7f00_0001), port: 0)
        // All of it would take many minutes.
        let questions = Array(String(repeating: "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", count: 1000).utf8)
        let crowd = try (0..<60).map { _ in
            let client = try ClientSocket(port: port)
            client.send(questions)
            return client
        }
        let late = try ClientSocket(port: port)
        Self.ask(late, "/late", close: false)
        let text = String(decoding: late.receive(), as: UTF8.self)
        #expect(text.contains("/late"), "\(text)")
        withExtendedLifetime(crowd) {}
    }

    /// Nor does one hold a place who takes no refusal off, however much is asked behind the first.
    @Test func aRefusalIsTheLast() throws {
        var limits = HTTPService.Limits()
        limits.seconds = 300
        let port = try Self.start(limits)
        let client = try ClientSocket(port: port)
        for number in 0..<20 { Self.ask(client, "/\(number)", close: false) }
        let text = Self.rest(client)
        #expect(text.hasPrefix("HTTP/1.1 401"))
        #expect(text.components(separatedBy: "HTTP/1.1 401").count == 2, "\(text)")
    }

    @Test(arguments: [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 4\r\nContent-Length: 40\r\n",
    ])
    func whatSaysTwiceHowLongItIsIsTheLast(_ head: String) throws {
        let port = try Self.start(HTTPService.Limits())
        let client = try ClientSocket(port: port)
        let second = "GET /token/second HTTP/1.1\r\nHost: x\r\n\r\n"
        client.send(Array("POST /token HTTP/1.1\r\nHost: x\r\n\(head)\r\n0\r\n\r\n\(second)".utf8))
        let text = Self.rest(client)
        #expect(text.hasPrefix("HTTP/1.1 400") && !text.contains("second"), "\(text)")
    }

    /// With so many hundred thousand letters in the place of `LONG1`, `LONG2`, `LONG4`.
    private static func filled(_ text: String) -> String {
        [1, 2, 4].reduce(text) { text, count in
            text.replacing("LONG\(count)", with: String(repeating: "a", count: 100_000 * count))
        }
    }

    /// Strangers are told one thing, however long or odd what they ask is; heads of more than the library
    /// takes it refuses by itself.
    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: x\r\nX-Long: LONG1\r\n\r\n",
        "GET /LONG1 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /?q=LONG2 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "GET /%00token HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        "NONE / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
    ])
    func strangersAreToldOneThing(_ request: String) throws {
        let gate = ConsoleGate(token: "a-token-of-the-tests-0123456789-abcdefgh", hosts: ["x"], port: 1)
        let service = HTTPService { gate.answer($0) { _ in .problem(200, "secret") } }
        let client = try ClientSocket(port: try service.start(IPAddress(v4: 0x7f00_0001), port: 0))
        client.send(Array(Self.filled(request).utf8))
        let text = Self.rest(client)
        #expect(text.hasPrefix("HTTP/1.1 401") && text.contains("Connection: close"), "\(text.prefix(300))")
    }

    /// Whoever has shown the token is told what is wrong.
    @Test(arguments: [
        ("X-Long: LONG1\r\n", 431),
        ("Content-Length: 4\r\nContent-Length: 5\r\n", 400), ("", 200),
    ])
    func whoIsKnownIsToldWhatIsWrong(_ head: String, _ status: Int) throws {
        let token = "a-token-of-the-tests-0123456789-abcdefgh"
        let gate = ConsoleGate(token: token, hosts: ["x"], port: 1)
        let service = HTTPService { gate.answer($0) { _ in .problem(200, "secret") } }
        let client = try ClientSocket(port: try service.start(IPAddress(v4: 0x7f00_0001), port: 0))
        client.send(
            Array(
                "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\nConnection: close\r\n\(Self.filled(head))\r\n"
                    .utf8
            )
        )
        let text = Self.rest(client)
        #expect(text.hasPrefix("HTTP/1.1 \(status)"), "\(text.prefix(300))")
    }

    /// What the library can't read it answers itself, with words of its own alone.
    @Test(arguments: [
        "GET /LONG4 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX-Long: LONG4\r\n\r\n",
        "GET / HTTP/1.1\r\nno field at all\r\n\r\n", "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: none\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
    func whatCannotBeReadTellsNothing(_ request: String) throws {
        let asked = Atomic<Int>(0)
        let service = HTTPService { _ in
            asked.add(1, ordering: .relaxed)
            return .problem(200, "secret")
        }
        let client = try ClientSocket(port: try service.start(IPAddress(v4: 0x7f00_0001), port: 0))
        client.send(Array(Self.filled(request).utf8))
        let text = Self.rest(client)
        #expect(!text.contains("secret") && asked.load(ordering: .relaxed) == 0, "\(text.prefix(300))")
        let isKnown =
            text.isEmpty || ["400", "413", "414", "431", "505"].contains { text.hasPrefix("HTTP/1.1 \($0)") }
        #expect(isKnown, "\(text.prefix(300))")
    }
}
