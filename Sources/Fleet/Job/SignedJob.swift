import Bytes
import Foundation

/// A job with its signature: a line of JSON about the signature, and behind it the job's bytes as signed.
package struct SignedJob: Sendable {
    private struct Mark: Codable {
        var key: String
        var signature: String
    }

    /// What is signed begins with it, so that a signature for anything else is none for a job.
    private static let purpose = Array("hallmark fleet job 1\n".utf8)

    package let bytes: [UInt8]

    /// Signs a job.
    package init(_ job: FleetJob, _ key: JobKey) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = Array(try encoder.encode(job))
        let signature = try key.sign(Self.purpose + body)
        let mark = Mark(key: key.trusted.name, signature: signature.hex)
        bytes = Array(try encoder.encode(mark)) + [0x0a] + body
    }

    /// What a queue holds, from whomever it is.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The job, once it is certain that one of some keys signed it.
    package func job(trusting keys: [TrustedKey]) throws(FleetError) -> FleetJob {
        guard let end = bytes.firstIndex(of: 0x0a), end < 4096 else { throw FleetError("it is not signed") }
        guard let mark = try? JSONDecoder().decode(Mark.self, from: Data(bytes[..<end])),
            let signature = [UInt8](hex: mark.signature)
        else { throw FleetError("it is not signed") }
        guard let key = keys.first(where: { $0.name == mark.key }) else {
            throw FleetError("it is signed by the key \(mark.key.prefix(64)), which is not trusted here")
        }
        let body = Array(bytes[(end + 1)...])
        guard key.verifies(signature, of: Self.purpose + body) else {
            throw FleetError("the signature is not of this job: it was changed")
        }
        return try Self.decode(body)
    }

    /// The job as it says it is, for who shows it and does nothing for it.
    package func unchecked() throws(FleetError) -> FleetJob {
        guard let end = bytes.firstIndex(of: 0x0a) else { throw FleetError("it is no job") }
        return try Self.decode(Array(bytes[(end + 1)...]))
    }

    private static func decode(_ body: [UInt8]) throws(FleetError) -> FleetJob {
        do { return try JSONDecoder().decode(FleetJob.self, from: Data(body)) } catch {
            throw FleetError("it is no job that this version understands")
        }
    }
}
