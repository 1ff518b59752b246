import Foundation
import TestSupport
import Testing

@testable import Fleet

/// What is signed, and what a worker makes of it.
@Suite struct SignedJobTests {
    private static func key() throws -> JobKey {
        let scratch = Scratch()
        try check("openssl", ["genpkey", "-algorithm", "ed25519", "-out", scratch.file("key")])
        return try JobKey(file: scratch.file("key"))
    }

    private static var job: FleetJob {
        var job = FleetJob(id: "j1", created: 1000, expires: 2000, seed: 7)
        let scope = FleetJob.File(Array("name: a".utf8))
        job.files = [scope]
        job.scope = scope.sha256
        job.options = [.init("scope", scope.sha256)]
        return job
    }

    @Test func opensslVerifiesIt() throws {
        let scratch = Scratch()
        try check("openssl", ["genpkey", "-algorithm", "ed25519", "-out", scratch.file("key")])
        try check("openssl", ["pkey", "-in", scratch.file("key"), "-pubout", "-out", scratch.file("pub")])
        let key = try JobKey(file: scratch.file("key"))
        #expect(try TrustedKey(file: scratch.file("pub")) == key.trusted)
        let message = Array("what is signed".utf8)
        let signature = try key.sign(message)
        try Data(signature).write(to: URL(fileURLWithPath: scratch.file("signature")))
        try scratch.write("message", "what is signed")
        try check(
            "openssl",
            [
                "pkeyutl", "-verify", "-pubin", "-inkey", scratch.file("pub"), "-rawin", "-in",
                scratch.file("message"), "-sigfile", scratch.file("signature"),
            ]
        )
    }

    @Test func aKeyOfAnotherKindIsRefused() throws {
        let scratch = Scratch()
        try check("openssl", ["genpkey", "-algorithm", "RSA", "-out", scratch.file("key")])
        #expect(throws: FleetError.self) { try JobKey(file: scratch.file("key")) }
        let empty = try scratch.write("empty", "")
        #expect(throws: FleetError.self) { try TrustedKey(file: empty) }
    }

    @Test func everyChangedByteIsNoticed() throws {
        let key = try Self.key()
        let signed = try SignedJob(Self.job, key)
        #expect(try signed.job(trusting: [key.trusted]).id == "j1")
        for index in stride(from: 0, to: signed.bytes.count, by: 7) {
            var bytes = signed.bytes
            bytes[index] ^= 1
            // Hexadecimal digits are read in either case, and the mark may be written in more than one way.
            guard let job = try? SignedJob(bytes).job(trusting: [key.trusted]) else { continue }
            #expect(
                job.id == "j1" && bytes.split(separator: 0x0a)[1] == signed.bytes.split(separator: 0x0a)[1]
            )
        }
        let other = try Self.key()
        #expect(throws: FleetError.self) { try signed.job(trusting: [other.trusted]) }
        #expect(throws: FleetError.self) { try signed.job(trusting: []) }
        #expect(throws: FleetError.self) { try SignedJob([]).job(trusting: [key.trusted]) }
    }

    @Test func aFaultIsSaid() {
        #expect(Self.job.fault(now: 1500) == nil)
        #expect(Self.job.fault(now: 2001)?.contains("past") == true)
        var job = Self.job
        job.files[0].contents.append(0x20)
        #expect(job.fault(now: 1500)?.contains("not the one that it names") == true)
        job = Self.job
        job.files = [FleetJob.File(Array("name: b".utf8))]
        job.options = [.init("scope", job.files[0].sha256)]
        #expect(job.fault(now: 1500)?.contains("scope file") == true)
        job = Self.job
        job.rate = .nan
        #expect(job.fault(now: 1500)?.contains("rate") == true)
        job = Self.job
        job.perNetwork = 2
        job.slices = 3
        #expect(job.fault(now: 1500) != nil)
        job = Self.job
        job.vantages = ["EU.>"]
        #expect(job.fault(now: 1500) != nil)
    }

    /// However the rate is cut, its parts together are no more than it.
    @Test(arguments: [1, 3, 7, 64]) func slicesAreNoMoreThanTheWhole(slices: Int) {
        var job = Self.job
        (job.rate, job.perNetwork, job.slices) = (1000, 64, slices)
        #expect(job.fault(now: 1500) == nil)
        #expect((job.slice.rate ?? .infinity) * Double(slices) <= 1000.000001)
        #expect((job.slice.perNetwork ?? .max) * slices <= 64)
    }
}
