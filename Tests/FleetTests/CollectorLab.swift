import Foundation
import Observations
import Synchronization
import TestSupport

@testable import Fleet

/// What the tests of a collector share.
enum CollectorLab {
    /// A message of results.
    struct Message: ResultDelivery {
        var subject: String
        var bytes: [UInt8]

        init(_ subject: String, _ bytes: [UInt8]) {
            (self.subject, self.bytes) = (subject, bytes)
        }

        /// Of a scan of a shard.
        init(
            job: String = "j1",
            vantage: String = "any",
            _ number: UInt32,
            attempt: String = "a",
            sequence: Int = 0,
            records: [String] = [],
            done: ResultHeader.Done? = nil
        ) throws {
            var header = ResultHeader(attempt: attempt, sequence: sequence, tellsAddresses: false)
            header.done = done
            subject = ShardPlace(job: job, vantage: vantage, number: number).resultSubject
            bytes = try header.line() + Array(records.map { $0 + "\n" }.joined().utf8)
        }

        func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
            try bytes.withUnsafeBytes(body)
        }

        func acknowledgeSoon() {}
    }

    /// A feed that does not come back from its file until it is told to, or that takes none.
    final class Feed: RecordFeed {
        let name: String
        let identity: String
        let taken = Mutex<[String]>([])
        let holds: Atomic<Bool>
        let fails: Atomic<Bool>

        init(_ name: String, identity: String? = nil, holds: Bool = false, fails: Bool = false) {
            self.name = name
            self.identity = identity ?? name
            self.holds = Atomic(holds)
            self.fails = Atomic(fails)
        }

        /// The end of the path of the file that it can't read all of.
        let unread = Mutex("")

        func take(_ path: String, token: String) throws -> Bool {
            while holds.load(ordering: .relaxed) { usleep(10_000) }
            if fails.load(ordering: .relaxed) { throw FleetError("is away") }
            taken.withLock { $0.append(token) }
            return unread.withLock { $0.isEmpty || !path.hasSuffix($0) }
        }
    }

    static var job: FleetJob {
        var job = FleetJob(id: "j1", created: 1000, expires: 2000, seed: 7)
        (job.shards, job.endpoints, job.vantages) = (3, 8, ["any", "eu"])
        return job
    }

    static func ask(_ id: String) throws(FleetError) -> FleetJob? { id == "j1" ? job : nil }

    static func record(_ number: Int) -> String {
        #"{"@timestamp":"2026-11-22T03:31:00Z","server":{"address":"192.0.2.\#(number)","port":443}}"#
    }

    static func lines(_ folder: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("records-") }
            .map {
                try String(contentsOfFile: folder + "/" + $0, encoding: .utf8).split(separator: "\n").count
            }
            .reduce(0, +)
    }
}
