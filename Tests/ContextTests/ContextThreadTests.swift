import Bytes
import Context
import Foundation
import Synchronization
import TestSupport
import Testing

/// Records are handed to the thread that looks up their context, and none is lost or piled up.
@Suite struct ContextThreadTests {
    /// Takes nothing before it may, as a machine that can't follow.
    private final class Taker: ContextTaker {
        let shared: Shared

        init(_ shared: Shared) { self.shared = shared }

        func take(_ payload: Int, _ line: [UInt8], _ context: RecordContext) {
            while !shared.mayTake.load(ordering: .acquiring) { usleep(1000) }
            shared.taken.add(1, ordering: .relaxed)
        }

        func flush() {}
    }

    private final class Shared: Sendable {
        let mayTake = Atomic(false)
        let added = Atomic(0)
        let taken = Atomic(0)
    }

    /// Keeps what it takes.
    private final class Keeper: ContextTaker {
        let kept: Kept

        init(_ kept: Kept) { self.kept = kept }

        func take(_ payload: Int, _ line: [UInt8], _ context: RecordContext) {
            kept.contexts.withLock { $0[payload] = context }
        }

        func flush() {}
    }

    private final class Kept: Sendable {
        let contexts = Mutex<[Int: RecordContext]>([:])
    }

    /// What a record said of its certificate holds for the next that shows it; a staple is its own.
    @Test func aCertificateIsReadOnce() throws {
        let digest = String(repeating: "0A", count: 32)
        func line(_ extensions: String) -> [UInt8] {
            Array(
                """
                {"server":{"ip":"192.0.2.1"},"tls":{"server":{"hash":{"sha256":"\(digest)"}}},"hallmark":\
                {"certificate":{"extension_oids":"\(extensions)"}}}\n
                """.utf8
            )
        }
        let mustStaple = "1.3.6.1.5.5.7.1.24"
        func subject(_ leaf: Digest256?, hasStaple: Bool = false) -> ContextSubject {
            ContextSubject(address: nil, time: 0, leaf: leaf, hasStaple: hasStaple)
        }
        var setup = ContextSetup()
        setup.options.revocation = true
        let kept = Kept()
        let thread = try ContextThread<Int>(setup) { Keeper(kept) }
        let leaf = Digest256(digest)
        thread.add(0, line(mustStaple), subject(leaf))
        // The line says otherwise, and is not asked.
        thread.add(1, line(""), subject(leaf))
        thread.add(2, line(""), subject(leaf, hasStaple: true))
        thread.add(3, line(mustStaple), subject(nil))
        thread.add(4, line(mustStaple))
        _ = try thread.finish(within: 1000)
        let contexts = kept.contexts.withLock { $0 }
        #expect(
            (0..<5).map { contexts[$0]?.revocation?.mustStaple ?? false } == [true, true, false, false, true]
        )
    }

    @Test func whoMakesRecordsWaitsForWhoReadsThem() throws {
        let shared = Shared()
        let thread = try ContextThread<Int>(ContextSetup()) { Taker(shared) }
        let limit = ContextThread<Int>.mostWaiting
        let count = 3 * limit
        let maker = Thread {
            for number in 0..<count {
                thread.add(number, Array("{}".utf8))
                shared.added.add(1, ordering: .relaxed)
            }
        }
        maker.start()
        #expect(eventually { shared.added.load(ordering: .relaxed) >= limit })
        // One lot may be in the taker's hands, and one waits.
        usleep(300_000)
        #expect(shared.added.load(ordering: .relaxed) <= 2 * limit)
        shared.mayTake.store(true, ordering: .releasing)
        #expect(eventually { shared.added.load(ordering: .relaxed) == count })
        let summary = try thread.finish(within: 1000)
        #expect(summary.records == count)
        #expect(shared.taken.load(ordering: .relaxed) == count)
    }
}
