import Bytes
import Foundation
import Observations
import Testing
import Wire

@testable import Signatures

/// An endpoint that shows what one before it showed is told what it would be told alone.
@Suite struct LineMemoryTests {
    private static let folder = Bundle.module.bundleURL.appendingPathComponent("Fixtures/Defaults").path
    private static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()

    /// Where and when an endpoint was observed.
    private struct Place {
        var ip = "203.0.113.7"
        var port: UInt16 = 443
        var seconds: Int64 = 1_780_000_000
        var milliseconds = 12
    }

    private static let places = [
        Place(), Place(ip: "203.0.113.8", seconds: 1_780_000_001, milliseconds: 3), Place(ip: "127.0.0.1"),
        Place(ip: "192.0.2.10"), Place(ip: "2001:db8::1", milliseconds: 1234), Place(ip: "::1"),
        Place(port: 8443), Place(port: 50050), Place(seconds: 1_900_000_000),
        Place(ip: "10.0.0.1", port: 4433),
        Place(ip: "198.51.100.200", seconds: 1_780_086_399, milliseconds: 0),
    ]

    /// A record as a scan makes it.
    private static func record(_ der: [UInt8], _ place: Place) -> String {
        var encoder = RecordEncoder(RecordEncoder.Options(scanID: "test"))
        let observation = Observation()
        observation.startedAt = place.seconds * 1_000_000_000
        observation.duration = UInt64(place.milliseconds) * 1_000_000
        observation.address = place.ip
        observation.ip = IPAddress(place.ip)
        observation.port = place.port
        observation.flight.imported(certificate: der.span)
        observation.probes = [
            ProbeRecord(.certificate, .success, milliseconds: place.milliseconds),
            ProbeRecord(.jarm, .skipped, reason: .budget, milliseconds: place.milliseconds + 1),
        ]
        var line = ByteBuffer()
        encoder.encode(observation, into: &line)
        return text(line)
    }

    private static func text(_ line: borrowing ByteBuffer) -> String {
        line.withSpan { span in span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }
    }

    private static func assess(_ line: String, _ assessor: Assessor, isOwn: Bool) throws -> String {
        var buffer = ByteBuffer()
        buffer.append(line)
        try assessor.assess(&buffer, isOwn: isOwn)
        return text(buffer)
    }

    @Test func endpointsAreToldWhatTheyAreToldAlone() throws {
        let set = try ShippedRules.withOwn.get()
        #expect(OwnLine.networks(set)?.isEmpty == false)
        let assessor = Assessor(set)
        let alone = Assessor(set)
        var told: Set<String> = []
        for name in Self.names {
            let der = try #require(pemCertificates(Self.folder + "/" + name).first)
            for place in Self.places + Self.places {
                let record = Self.record(der, place)
                let expected = try Self.assess(record, alone, isOwn: false)
                #expect(try Self.assess(record, assessor, isOwn: true) == expected)
                if expected.contains("Ours") { told.insert(expected) }
            }
        }
        #expect(told.count > 10)
    }

    private static func find(_ line: String, _ memory: inout LineMemory) -> Bool {
        Array(line.utf8).withUnsafeBufferPointer { memory.find($0) != nil }
    }

    @Test func onlyWhatRulesDoNotSeeIsPassedOver() throws {
        let der = try #require(pemCertificates(Self.folder + "/" + Self.names[0]).first)
        let other = try #require(pemCertificates(Self.folder + "/" + Self.names[1]).first)
        var memory = LineMemory(try load([ShippedRules.own]))
        func remember(_ line: String) {
            #expect(!Self.find(line, &memory))
            memory.remember(LineMemory.Known(assessment: Assessment(), outcome: nil))
            #expect(Self.find(line, &memory))
        }
        remember(Self.record(der, Place()))
        #expect(Self.find(Self.record(der, Place(ip: "198.51.100.1")), &memory))
        #expect(Self.find(Self.record(der, Place(seconds: 1_790_000_000, milliseconds: 99_999)), &memory))
        #expect(!Self.find(Self.record(der, Place(ip: "192.0.2.1")), &memory))
        #expect(!Self.find(Self.record(der, Place(port: 8443)), &memory))
        #expect(!Self.find(Self.record(other, Place()), &memory))
        let record = Self.record(der, Place())
        // What is not of the form is never known, whatever it looks like.
        for end in stride(from: 0, to: record.utf8.count, by: 7) {
            #expect(!Self.find(String(decoding: record.utf8.prefix(end), as: UTF8.self), &memory))
        }
        #expect(
            !Self.find(
                record.replacing("\"address\":\"203.0.113.7\"", with: "\"address\":\"203.0.113.9\""),
                &memory
            )
        )
        #expect(
            !Self.find(
                record.replacing("\"related\":{\"ip\":[\"203", with: "\"related\":{\"ip\":[\"204"),
                &memory
            )
        )
    }

    /// The scalars of a line: the name of the member that each is of, and where it stands.
    private static func scalars(_ line: [UInt8]) -> [(name: String, range: Range<Int>)] {
        var found: [(name: String, range: Range<Int>)] = []
        var name = ""
        var place = 0
        while place < line.count {
            let start = place
            if line[place] == 0x22 {
                place += 1
                while line[place] != 0x22 { place += line[place] == 0x5c ? 2 : 1 }
                place += 1
                if line[place] == 0x3a {
                    name = String(decoding: line[start + 1..<place - 1], as: UTF8.self)
                } else {
                    found.append((name, start..<place))
                }
            } else if Array("-0123456789tfn".utf8).contains(line[place]) {
                while !Array(",]}".utf8).contains(line[place]) { place += 1 }
                found.append((name, start..<place))
            } else {
                place += 1
            }
        }
        return found
    }

    /// Whatever of a record changes, it is another's, but for the times.
    @Test func everyMemberCounts() throws {
        let der = try #require(pemCertificates(Self.folder + "/" + Self.names[0]).first)
        let record = Self.record(der, Place()).replacing(
            "}}\n",
            with: """
                ,"context":{"hosting":{"kind":"cloud"},"names":{"reverse":["a.example"]}},\
                "http":[{"http":{"response":{"headers":{"probes":["5"],"duration_ms":["6"]}}}}],"more":[1,true,"x"]}}

                """
        )
        let line = Array(record.utf8)
        let scalars = Self.scalars(line)
        #expect(scalars.count > 50)
        var memory = LineMemory(try load([ShippedRules.own]))
        #expect(!Self.find(record, &memory))
        memory.remember(LineMemory.Known(assessment: Assessment(), outcome: nil))
        #expect(Self.find(record, &memory))
        var passedOver: [String] = []
        for (name, range) in scalars {
            var changed = line
            let last = line[range.upperBound - 1] == 0x22 ? range.upperBound - 2 : range.upperBound - 1
            if last > range.lowerBound || line[last] != 0x22 {
                changed[last] = line[last] == 0x31 ? 0x32 : 0x31
            } else {
                changed.insert(0x31, at: last + 1)
            }
            if Self.find(String(decoding: changed, as: UTF8.self), &memory) { passedOver.append(name) }
        }
        #expect(passedOver == ["@timestamp", "duration", "duration_ms"])
    }

    /// The lines of one leaf that servers with signatures of several lengths bring in turn.
    @Test func aFewLinesOfOneLeafAreKept() throws {
        let der = try #require(pemCertificates(Self.folder + "/" + Self.names[0]).first)
        var memory = LineMemory(try load([ShippedRules.own]))
        let lines = [8441, 8442, 8443, 8444].map { Self.record(der, Place(port: $0)) }
        for line in lines {
            #expect(!Self.find(line, &memory))
            memory.remember(LineMemory.Known(assessment: Assessment(), outcome: nil))
        }
        for line in lines + lines { #expect(Self.find(line, &memory)) }
    }

    /// Rules that ask for what lines are not compared by.
    @Test(arguments: [
        "server.ip: 192.0.2.1", "server.ip|startswith: '192.'", "server.address|contains: example",
        "'@timestamp|gte': 2026-01-01", "event.duration|gt: 5", "related.ip|cidr: 192.0.2.0/24",
        "hallmark.probes.duration_ms|gte: 100", "tls.server.x509.subject.common_name|fieldref: server.ip",
        "server.ip|exists: true",
    ])
    func rulesThatSeeMore(_ search: String) throws {
        let set = try load([
            rule("selection:\n" + indent(search + "\ntls.server.jarm: aa") + "\ncondition: selection")
        ])
        #expect(OwnLine.networks(set) == nil)
        let der = try #require(pemCertificates(Self.folder + "/" + Self.names[0]).first)
        var memory = LineMemory(set)
        #expect(!Self.find(Self.record(der, Place()), &memory))
        memory.remember(LineMemory.Known(assessment: Assessment(), outcome: nil))
        #expect(!Self.find(Self.record(der, Place()), &memory))
    }
}
