import Testing

@testable import Fleet

/// Which records of a shard count that is scanned more than once.
@Suite struct OpenShardTests {
    private static func key(_ number: UInt8) -> RecordKey { RecordKey([UInt8](repeating: number, count: 16)) }

    @Test func aSecondScanAddsWhatTheFirstHasNotBrought() {
        var shard = OpenShard()
        #expect(shard.begin("a", 0))
        #expect(shard.add(Self.key(1), "a") && shard.add(Self.key(2), "a"))
        #expect(shard.begin("b", 0))
        #expect(!shard.add(Self.key(2), "b") && shard.add(Self.key(3), "b") && !shard.add(Self.key(1), "b"))
        // The first goes on: its worker was only slow.
        #expect(shard.begin("a", 1))
        #expect(!shard.add(Self.key(3), "a"))
    }

    @Test func anEndpointThatStandsTwiceInThePlanHasTwoRecords() {
        var shard = OpenShard()
        #expect(shard.add(Self.key(1), "a") && shard.add(Self.key(1), "a"))
        #expect(!shard.add(Self.key(1), "b") && !shard.add(Self.key(1), "b") && shard.add(Self.key(1), "b"))
    }

    @Test func aMessageCountsOnce() {
        var shard = OpenShard()
        #expect(shard.begin("a", 0) && !shard.begin("a", 0) && shard.begin("b", 0))
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
        #expect(shard.finished == done)
    }
}
