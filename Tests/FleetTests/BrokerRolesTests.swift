import Foundation
import TestSupport
import Testing

@testable import Fleet

/// What each role of the configuration that is printed may do, at a real broker.
@Suite struct BrokerRolesTests {
    /// A broker of that configuration, with names and passwords in the place of keys.
    private final class Lab {
        let scratch = Scratch()
        let server: ServerProcess

        init() throws {
            var configuration = try BrokerConfiguration()
            let port = freePort()
            configuration.listen = "127.0.0.1:\(port)"
            configuration.store = scratch.file("streams")
            var text = configuration.text
            for (role, key) in configuration.keys {
                text = text.replacing(
                    "nkey: \(key.publicText)",
                    with: "user: \(role.rawValue), password: secret"
                )
                try scratch.write(role.rawValue, "\(role.rawValue):secret\n")
            }
            let file = try scratch.write("broker.conf", text)
            server = try ServerProcess("nats-server", port: port) { _, _ in ["-c", file] }
        }

        func broker(_ role: BrokerRole) throws -> Broker {
            var options = BrokerOptions(servers: ["nats://127.0.0.1:\(server.port)"], role: role)
            options.login = scratch.file(role.rawValue)
            return try Broker(options)
        }
    }

    /// A client that says what it likes.
    private final class Stranger {
        private let socket: ClientSocket

        init(_ lab: Lab, _ role: BrokerRole) throws {
            socket = try ClientSocket(port: lab.server.port)
            let words =
                #"CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"\#(role.rawValue)","pass":"secret"}"#
            _ = say(words)
        }

        /// - Returns: what the broker says of it.
        func say(_ lines: String...) -> String {
            socket.send(Array(lines.map { $0 + "\r\n" }.joined().utf8) + Array("PING\r\n".utf8))
            var text = ""
            while !text.contains("PONG\r\n") {
                let bytes = socket.receive()
                guard !bytes.isEmpty else { break }
                text += String(decoding: bytes, as: UTF8.self)
            }
            return text
        }

        func publish(_ subject: String, reply: String = "", _ text: String) -> String {
            say("PUB \(subject) \(reply) \(text.utf8.count)\r\n\(text)")
        }
    }

    private static var job: FleetJob {
        var job = FleetJob(id: "j1", created: 1000, expires: 2000, seed: 7)
        (job.shards, job.endpoints) = (2, 8)
        return job
    }

    private static func submit(_ lab: Lab) throws -> Broker {
        let broker = try lab.broker(.submit)
        try FleetStreams.make(on: broker)
        let signed = SignedJob(Array("{}\n".utf8) + Array(try JSONEncoder().encode(job)))
        try JobBoard(on: broker).submit(job, signed) { _ in }
        return broker
    }

    /// A role that may put up jobs can put up any: one with vantage points that name no consumer stands
    /// beside the others, as do their queues.
    @Test func aStrangeJobHidesNoOther() throws {
        let lab = try Lab()
        let broker = try Self.submit(lab)
        var strange = FleetJob(id: "j2", created: 1000, expires: 2000, seed: 7)
        strange.vantages = ["no such.*", ">", ""]
        let signed = SignedJob(Array("{}\n".utf8) + Array(try JSONEncoder().encode(strange)))
        try Bucket(FleetStreams.jobs, on: broker).put(signed.bytes, for: strange.id)
        let status = try FleetStatus(try lab.broker(.watch))
        #expect(status.jobs.map(\.job) == ["j1", "j2"])
        #expect(status.queues.first { $0.queue == FleetStreams.workers(of: "any") }?.waiting == 2)
        #expect(status.queues.allSatisfy { !$0.queue.contains("such") })
    }

    /// Each role has what it takes.
    @Test func rolesDoTheirWork() throws {
        let lab = try Lab()
        let submitter = try Self.submit(lab)
        let worker = try lab.broker(.work)
        let queue = try MessageQueue(
            FleetStreams.workers(of: "any"),
            of: FleetStreams.work,
            subject: FleetStreams.workSubject("any"),
            on: worker
        )
        var first: QueuedMessage?
        #expect(
            eventually {
                first = queue.pull(1, milliseconds: 1000).first
                return first != nil
            }
        )
        let shard = try #require(first)
        #expect(shard.attempts == 1 && ShardPlace(subject: shard.subject)?.job == "j1")
        #expect(try JobBoard(on: worker).job("j1")?.unchecked().shards == 2)
        shard.extend()
        let place = try #require(ShardPlace(subject: shard.subject))
        try worker.publish(Array("a result".utf8), to: place.resultSubject, identifier: "1")
        #expect(try worker.publish(Array("a result".utf8), to: place.resultSubject, identifier: "1"))
        try shard.acknowledge()
        // The other shard, given back, comes again as the same message.
        var second: QueuedMessage?
        #expect(
            eventually {
                second = queue.pull(1, milliseconds: 1000).first
                return second != nil
            }
        )
        let identity = try #require(second).identity
        second?.giveBack(after: 0)
        var again: QueuedMessage?
        #expect(
            eventually {
                again = queue.pull(1, milliseconds: 1000).first
                return again != nil
            }
        )
        #expect(again?.identity == identity && again?.attempts == 2)
        try again?.acknowledge()
        // Put into the queue again, it is another message.
        let collecting = try lab.broker(.collect)
        try FleetStreams.make(on: collecting)
        try JobBoard(on: collecting).offer(ShardPlace(job: "j1", vantage: "any", number: 2), again: 1)
        var offered: QueuedMessage?
        #expect(
            eventually {
                offered = queue.pull(1, milliseconds: 1000).first
                return offered != nil
            }
        )
        #expect(offered?.identity != identity && offered?.attempts == 1)
        let slices = try Bucket(FleetStreams.slices, on: worker)
        var paced = Self.job
        paced.rate = 10
        let slice = try #require(try RateSlice.take(of: paced, holder: "w", in: slices))
        #expect(try RateSlice.take(of: paced, holder: "v", in: slices) == nil)
        slice.free()
        #expect(try RateSlice.take(of: paced, holder: "v", in: slices) != nil)
        var word = WorkerWord(name: "w", vantage: "any", host: "h", version: "1", started: 1)
        word.rate = 5
        try Bucket(FleetStreams.workers, on: worker).put(Array(try JSONEncoder().encode(word)), for: "w")
        let results = try MessageQueue(
            FleetStreams.collector,
            of: FleetStreams.results,
            subject: FleetStreams.resultSubject,
            on: collecting
        )
        var got: [QueuedMessage] = []
        #expect(
            eventually {
                got += results.pull(64, milliseconds: 1000)
                return !got.isEmpty
            }
        )
        #expect(got.count == 1 && got[0].withBytes { Array($0) } == Array("a result".utf8))
        got[0].acknowledgeSoon()
        let status = try FleetStatus(try lab.broker(.watch))
        #expect(status.jobs.map(\.job) == ["j1"] && status.workers.map(\.worker) == ["w"])
        // A worker's clock may say anything: what counts is when the broker heard of it.
        #expect(status.jobs[0].hasWorkers && !status.jobs[0].isRefused && status.workers[0].isThere)
        try JobBoard(on: submitter).cancel(Self.job)
        #expect(try JobBoard(on: worker).isCancelled("j1"))
    }

    /// An answer goes to whatever subject a question names: it must not become a job, a shard or a word.
    @Test(arguments: [BrokerRole.work, .collect, .watch]) func answersBecomeNothing(
        role: BrokerRole
    ) throws {
        let lab = try Lab()
        let submitter = try Self.submit(lab)
        let stranger = try Stranger(lab, role)
        let board = try JobBoard(on: submitter)
        let targets = [
            "$KV.HALLMARK_JOBS.j1.cancelled", "$KV.HALLMARK_JOBS.j1", "hallmark.work.any.j1.2",
            "$KV.HALLMARK_PROGRESS.j1.x", "hallmark.results.any.j1.1",
        ]
        let questions = [
            ("$JS.API.STREAM.MSG.GET.KV_HALLMARK_JOBS", #"{"last_by_subj":"$KV.HALLMARK_JOBS.j1"}"#),
            ("$JS.API.STREAM.INFO.KV_HALLMARK_JOBS", ""),
            ("$JS.API.CONSUMER.INFO.HALLMARK_WORK.work-any", ""),
            ("$JS.API.CONSUMER.MSG.NEXT.HALLMARK_WORK.work-any", #"{"batch":1,"no_wait":true}"#),
        ]
        for target in targets {
            for (subject, text) in questions { _ = stranger.publish(subject, reply: target, text) }
            // Nor directly, whether it is refused or comes to nobody.
            if role != .collect || !target.hasPrefix("hallmark.work") && !target.contains("PROGRESS"),
                role != .work || !target.hasPrefix("hallmark.results")
            {
                _ = stranger.publish(target, "x")
            }
        }
        // Nor by a consumer that has the broker send what is stored.
        let push =
            #"{"stream_name":"KV_HALLMARK_JOBS","config":{"deliver_subject":"hallmark.work.any.j1.2","ack_policy":"none"}}"#
        _ = stranger.publish("$JS.API.CONSUMER.CREATE.KV_HALLMARK_JOBS", push)
        usleep(300_000)
        #expect(try board.job("j1")?.unchecked().shards == 2)
        #expect(try !board.isCancelled("j1"))
        let work = try #require(try submitter.state(ofConsumer: "work-any", in: FleetStreams.work))
        #expect(work.waiting + work.inFlight == 2, "\(work)")
        #expect(try Bucket(FleetStreams.progress, on: submitter).keys().isEmpty)
        let results = try #require(
            try submitter.state(ofConsumer: FleetStreams.collector, in: FleetStreams.results)
        )
        #expect(results.waiting == 0, "\(results)")
    }

    /// Nobody reads what others are answered.
    @Test(arguments: BrokerRole.allCases) func nobodyReadsOthersAnswers(
        role: BrokerRole
    ) throws {
        let lab = try Lab()
        let stranger = try Stranger(lab, role)
        for other in ["_INBOX.>", ">", "hallmark.>", "$KV.>"]
            + BrokerRole.allCases.filter({ $0 != role }).map({ "\($0.inbox).>" })
        {
            #expect(stranger.say("SUB \(other) 1").contains("Permissions Violation"), "\(other)")
        }
        #expect(!stranger.say("SUB \(role.inbox).> 2").contains("Violation"))
    }
}
