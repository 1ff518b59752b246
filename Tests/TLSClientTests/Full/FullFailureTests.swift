import Bytes
import TLSClient
import TestSupport
import Testing
import Wire

/// Servers that refuse, break off or break the protocol: what they showed stays.
@Suite(.serialized) struct FullFailureTests {
    @Test func aServerThatDemandsACertificateIsSeen() throws {
        let certificate = try TestCertificate(algorithm: ["rsa:2048"])
        let old = try openSSLServer(certificate, ["-tls1_2", "-Verify", "1"])
        let answer = try shake(old.port, try TLSContext())
        #expect(!answer.isComplete)
        #expect(answer.certificates.count == 1)
        #expect(answer.flight.certificateRequest.isPresent)
        #expect(answer.failure == .alert(40))
        #expect(answer.flight.close == .alert)
        #expect(answer.error != nil)

        // TLS 1.3: the client's side is complete before the server says no.
        let new = try openSSLServer(certificate, ["-tls1_3", "-Verify", "1"])
        let later = try shake(new.port, try TLSContext(), request: "x")
        #expect(later.isComplete)
        #expect(later.certificates == answer.certificates)
        #expect(later.flight.certificateRequest.isPresent)
        #expect(later.failure == .alert(116))
        #expect(later.error != nil)
        #expect(later.flight.close == nil)
    }

    @Test func anAlertIsTold() throws {
        let answer = try play([.read(1), .send([21, 3, 1, 0, 2, 2, 40]), .hold], try TLSContext())
        #expect(answer.failure == .alert(40))
        #expect(answer.flight.alerts == [ServerFlight.Alert(level: 2, code: 40)])
        #expect(answer.flight.recordVersion == 0x0301)
        #expect(answer.error?.description == "sslv3 alert handshake failure")
        #expect(answer.alertSent == nil)
    }

    @Test(arguments: [1, 65536]) func anAnswerThatIsNotTLSIsKept(chunk: Int) throws {
        for text in ["HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n", "\u{16}banner\r\n"] {
            let answer = try play([.read(1), .send(Array(text.utf8)), .hold], try TLSContext(), chunk: chunk)
            #expect(answer.failure == .notTLS)
            #expect(text.hasPrefix(String(decoding: answer.flight.junk, as: UTF8.self)))
            #expect(answer.flight.junk.count >= 3)
            #expect(answer.flight.records.isEmpty)
            #expect(answer.error != nil)
        }
    }

    @Test func aServerThatJustClosesIsNoError() throws {
        let answer = try play([.read(1)], try TLSContext())
        #expect(!answer.isComplete)
        #expect(answer.error == nil)
        #expect(answer.failure == nil)
        #expect(answer.flight.chain.isEmpty)
    }

    /// A recorded TLS 1.2 flight, cut off or changed, has the chain of what came.
    @Test func whatCameBeforeTheBreakStays() throws {
        let certificate = try TestCertificate()
        let server = try openSSLServer(certificate, ["-tls1_2"])
        let recorded = try shake(server.port, try TLSContext())
        let der = try #require(recorded.certificates.first)
        let flight = recorded.received
        let start = try #require(flight.indices.first { flight[$0...].starts(with: der) })
        let context = try TLSContext()

        // Closed right after the Certificate.
        let cut = Array(flight[..<(start + der.count)])
        let early = try play([.read(1), .send(cut)], context)
        #expect(early.certificates == [der])
        #expect(early.error == nil)

        // The whole flight again: its signature is over another client's random.
        let replayed = try play([.read(1), .send(flight), .hold], context)
        #expect(replayed.certificates == [der])
        #expect(!replayed.isComplete)
        #expect(replayed.alertSent == ServerFlight.Alert(level: 2, code: 51))
        #expect(replayed.failure == nil)

        // A certificate that libssl can't read.
        var broken = flight
        for index in start + 4..<start + der.count { broken[index] = 0xff }
        let malformed = try play([.read(1), .send(broken), .hold], context)
        #expect(malformed.certificates == [Array(broken[start..<start + der.count])])
        #expect(malformed.error != nil)
        #expect(malformed.alertSent?.level == 2)
    }

    /// Mutations of a recorded flight end in an error, a wait or an alert, and never in anything else.
    @Test func mutatedFlightsDoNoHarm() throws {
        let server = try openSSLServer(try TestCertificate(), ["-tls1_2"])
        let flight = try shake(server.port, try TLSContext()).received
        let context = try TLSContext()
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var errors = 0
        for _ in 0..<1000 {
            var bytes = flight
            for _ in 0...random(3) { bytes[random(bytes.count)] = UInt8(random(256)) }
            bytes.removeLast(random(bytes.count / 2))
            let session = try TLSSession(context, serverName: nil)
            _ = try session.handshake()
            session.receive(bytes.span)
            do {
                let isComplete = try session.handshake()
                #expect(!isComplete)
            } catch {
                errors += 1
            }
            #expect(session.flight.records.count <= ServerFlight.maximumRecords)
        }
        #expect(errors > 100)
    }

    private func play(
        _ steps: [ScriptedPeer.Step],
        _ context: TLSContext,
        chunk: Int = 65536
    ) throws -> FullAnswer {
        let peer = try ScriptedPeer(steps)
        defer { withExtendedLifetime(peer) {} }
        return try shake(peer.port, context, chunk: chunk)
    }
}
