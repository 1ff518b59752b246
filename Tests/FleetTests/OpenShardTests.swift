import Testing

@testable import Fleet

/// Which records of a shard count that is scanned more than once.
@Suite struct OpenShardTests {
    /// Brings records of a scan, and says which of them count.
    private static func add(_ keys: [UInt8], _ attempt: String, to shard: inout OpenShard) -> [UInt8] {
        keys.filter { shard.add(RecordKey([UInt8](repeating: $0, count: 16)), attempt) }
    }

    @Test func aSecondScanAddsWhatTheFirstHasNotBrought() {
        var shard = OpenShard()
        let first = Self.add([1, 2], "a", to: &shard)
        let second = Self.add([2, 3, 1], "b", to: &shard)
        // The first goes on: its worker was only slow.
        let rest = Self.add([3, 4], "a", to: &shard)
        #expect(first == [1, 2] && second == [3] && rest == [4])
    }

    @Test func anEndpointThatStandsTwiceInThePlanHasTwoRecords() {
        var shard = OpenShard()
        let first = Self.add([1, 1], "a", to: &shard)
        let second = Self.add([1, 1, 1], "b", to: &shard)
        #expect(first == [1, 1] && second == [1])
    }

    @Test func aMessageCountsOnce() {
        var shard = OpenShard()
        let news = [("a", 0), ("a", 0), ("b", 0), ("a", 1)].map { shard.begin($0.0, $0.1) }
        #expect(news == [true, false, true, true])
    }

    @Test func itIsDoneWhenAllMessagesOfOneScanAreThere() {
        var shard = OpenShard()
        let done = ResultHeader.Done(worker: "w")
        _ = shard.begin("a", 0)
        _ = shard.begin("b", 0)
        // The last message is given out before the one in the middle.
        shard.end("a", messages: 2, done)
        #expect(shard.finished == nil)
        _ = shard.begin("b", 1)
        #expect(shard.finished == nil)
        _ = shard.begin("a", 1)
        #expect(shard.finished?.done == done && shard.finished?.records == 0)
    }
}
