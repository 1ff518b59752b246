import Bytes
import Foundation
import Observations
import Testing
import Wire

/// Hellos, answers and hashes against what the reference made of them.
@Suite struct JARMTests {
    struct Vectors: Decodable, Sendable {
        struct Hello: Decodable, Sendable {
            let probe: Int
            let hex: String
            let random_ranges: [[Int]]
            let grease_ranges: [[Int]]
        }
        struct Answer: Decodable, Sendable {
            let name: String
            let recv: String
            let raw: String
            let jarm_if_all_ten_equal: String
        }
        struct Hash: Decodable, Sendable {
            let raw: String
            let jarm: String
        }
        struct Server: Decodable, Sendable, CustomTestStringConvertible {
            struct Probe: Decodable, Sendable {
                let recv: String?
                let end: String?
            }
            let name: String
            let jarm: String
            let raw: String
            let probes: [Probe]
            var testDescription: String { name }
        }
        let hellos: [String: [Hello]]
        let parser: [Answer]
        let hash: [Hash]
        let servers: [Server]
    }

    static let vectors: Vectors = {
        guard
            let url = Bundle.module.url(forResource: "jarm", withExtension: "json", subdirectory: "Fixtures"),
            let data = try? Data(contentsOf: url),
            let vectors = try? JSONDecoder().decode(Vectors.self, from: data)
        else { preconditionFailure("the fixture jarm.json is missing or malformed") }
        return vectors
    }()

    /// The reference's hellos were made with zeros for randomness and 0a0a for GREASE.
    @Test(arguments: ["example.com", "localhost", "127.0.0.1"])
    func hellosAreTheReferences(host: String) throws {
        let expected = try #require(Self.vectors.hellos[host])
        #expect(expected.count == 10)
        for hello in JARMHello.all {
            let bytes = hello.record(serverName: Array(host.utf8), random: [UInt8](repeating: 0, count: 100))
            #expect(hex(bytes) == expected[hello.number - 1].hex, "probe \(hello.number)")
        }
    }

    @Test func onlyRandomPlacesDependOnRandomness() throws {
        for hello in JARMHello.all {
            let random = (0..<JARMHello.randomCount).map { UInt8(truncatingIfNeeded: $0 * 37 + 130) }
            let bytes = hello.record(serverName: Array("example.com".utf8), random: random)
            let plain = hello.record(
                serverName: Array("example.com".utf8),
                random: [UInt8](repeating: 0, count: 100)
            )
            let reference = try #require(Self.vectors.hellos["example.com"])[hello.number - 1]
            let free = (reference.random_ranges + reference.grease_ranges).flatMap { Array($0[0]..<$0[1]) }
            for index in bytes.indices where bytes[index] != plain[index] { #expect(free.contains(index)) }
            let share = try #require(reference.random_ranges.last)
            #expect(bytes[share[1] - 1] < 0x80, "a real X25519 key has its last bit clear")
        }
    }

    @Test func answersAreReadAsTheReferenceReadsThem() {
        for vector in Self.vectors.parser {
            let answer = JARMAnswer(bytes(vector.recv))
            #expect(answer.text == vector.raw, "\(vector.name)")
            let hash = JARM.hash([JARMAnswer](repeating: answer, count: 10))
            // The reference ends with an exception on a version that it has no letter for; we say 0.
            if vector.jarm_if_all_ten_equal.hasPrefix("EXCEPTION") {
                #expect(hash.dropFirst(2).hasPrefix("0"), "\(vector.name)")
            } else {
                #expect(hash == vector.jarm_if_all_ten_equal, "\(vector.name)")
            }
        }
    }

    @Test(arguments: vectors.servers)
    func recordedServersGiveTheReferencesHash(server: Vectors.Server) {
        let answers = server.probes.map { $0.recv.map { JARMAnswer(bytes($0)) } ?? .none }
        guard !server.probes.contains(where: { $0.end == "timeout" }) else {
            let probes = server.probes.map { probe in
                let answer = probe.recv.map { JARMAnswer(bytes($0)) } ?? .none
                return JARMResult.Probe(
                    answer: answer,
                    outcome: probe.end == "timeout" ? .timeout : .serverHello
                )
            }
            #expect(JARMResult(probes: probes, serverName: "localhost").hash == nil)
            let compatible = JARMResult(probes: probes, serverName: "localhost", isCompatible: true)
            #expect(compatible.hash == server.jarm)
            return
        }
        #expect(answers.map(\.text).joined(separator: ",") == server.raw)
        #expect(JARM.hash(answers) == server.jarm)
    }

    @Test func noHashWhenAProbeFailedOnOurSide() throws {
        let hello = try #require(Self.vectors.parser.first { $0.name == "sh_sid32" })
        let good = JARMResult.Probe(answer: JARMAnswer(bytes(hello.recv)), outcome: .serverHello)
        var probes = [JARMResult.Probe](repeating: good, count: 10)
        #expect(JARMResult(probes: probes, serverName: "").hash == hello.jarm_if_all_ten_equal)
        probes[3] = JARMResult.Probe(answer: .none, outcome: .failed)
        let result = JARMResult(probes: probes, serverName: "")
        #expect(result.hash == nil && !result.isComplete && result.answered == 9)
        #expect(
            JARMResult(probes: probes, serverName: "", isCompatible: true).hash?.hasPrefix("29d29d29d000")
                == true
        )
        probes[3].outcome = .reset
        #expect(JARMResult(probes: probes, serverName: "").hash?.hasPrefix("29d29d29d000") == true)
    }

    /// A hello of one length and the next of another share nothing but what a hello is made of.
    @Test func aHelloFollowsAnother() {
        let random = [UInt8](repeating: 0, count: JARMHello.randomCount)
        var reused: [UInt8] = []
        for name in ["a.example", String(repeating: "long.", count: 50) + "example", "", "b.example"] {
            for hello in JARMHello.all {
                hello.write(serverName: Array(name.utf8).span, random: random.span, into: &reused)
                #expect(reused == hello.record(serverName: Array(name.utf8), random: random))
                #expect(reused.count - 5 == Int(reused[3]) << 8 | Int(reused[4]))
                #expect(reused.count - 9 == Int(reused[7]) << 8 | Int(reused[8]))
            }
        }
        // What is longer than any name is cut where a record ends.
        let long = [UInt8](repeating: 0x61, count: 70_000)
        #expect(JARMHello.all.allSatisfy { $0.record(serverName: long, random: random).count <= 5 + 16_384 })
    }

    /// Whatever comes, reading ends and does not trap.
    @Test func everyCutOfAnAnswerIsRead() throws {
        for vector in Self.vectors.parser {
            let whole = bytes(vector.recv)
            for count in whole.indices { _ = JARMAnswer(Array(whole[..<count])).text }
        }
    }
}

extension JARMHello {
    fileprivate func record(serverName: [UInt8], random: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        write(serverName: serverName.span, random: random.span, into: &bytes)
        return bytes
    }
}

private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}

private func bytes(_ hex: String) -> [UInt8] {
    var rest = hex.utf8[...]
    var bytes: [UInt8] = []
    while let pair = String(rest.prefix(2)), !pair.isEmpty, let byte = UInt8(pair, radix: 16) {
        bytes.append(byte)
        rest = rest.dropFirst(2)
    }
    return bytes
}
