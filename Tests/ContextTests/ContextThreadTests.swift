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
