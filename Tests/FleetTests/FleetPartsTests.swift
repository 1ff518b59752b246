import Testing

@testable import Fleet

/// Small parts of a fleet.
@Suite struct FleetPartsTests {
    @Test func mapsHoldTheShardsThatTheyAreMadeOf() {
        let numbers: Set<UInt32> = [1, 8, 9, 64, FleetJob.mostShards]
        let map = ShardMap(numbers)
        #expect((0...70).allSatisfy { map.contains($0) == numbers.contains($0) })
        #expect(map.contains(FleetJob.mostShards) && !map.contains(FleetJob.mostShards - 1))
        #expect(ShardMap(bytes: map.bytes) == map)
        var both = ShardMap([2])
        both.formUnion(map)
        #expect(both.contains(2) && both.contains(64) && !both.contains(3))
        // What no job has is no bit.
        #expect(ShardMap([0, .max]).bytes.isEmpty && !ShardMap([1]).contains(0))
        #expect(ShardMap(bytes: [UInt8](repeating: 0xff, count: 1 << 20)).bytes.count == 1 << 17)
    }

    @Test func sharesOfShardsAreTheWholePlan() {
        for (shards, endpoints) in [(1, 1), (3, 8), (7, 3), (4, 4), (5, 1000)] as [(UInt32, UInt64)] {
            let facts = JobFacts(shards: shards, endpoints: endpoints, vantages: ["any"])
            #expect((1...shards).reduce(0) { $0 + facts.share($1) } == endpoints)
        }
    }

    @Test func whatIsOverIsNoTroubleAnyMore() {
        var troubles = Troubles()
        let now = ContinuousClock.now
        #expect(troubles.last(now: now) == nil)
        troubles.note("the broker is away", about: "broker", lasts: .seconds(30), now: now)
        troubles.note("a shard failed", about: "j 1", lasts: .seconds(600), now: now + .seconds(1))
        #expect(troubles.last(now: now + .seconds(2)) == "a shard failed")
        troubles.clear("j 1")
        #expect(troubles.last(now: now + .seconds(2)) == "the broker is away")
        #expect(troubles.last(now: now + .seconds(31)) == nil)
        for number in 0..<1000 {
            troubles.note("\(number)", about: "\(number)", lasts: .seconds(600), now: now + .seconds(number))
        }
        #expect(troubles.last(now: now + .seconds(1000)) == "999")
    }

    @Test func moreVantagePointsThanAnybodyHasAreAFault() {
        var job = FleetJob(id: "j1", created: 1000, expires: 2000, seed: 7)
        job.vantages = (0..<200).map { "v\($0)" }
        #expect(job.fault(now: 1500) == nil)
        job.vantages.append("one")
        #expect(job.fault(now: 1500)?.contains("201 vantage points") == true)
    }
}
