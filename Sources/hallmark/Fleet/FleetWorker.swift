import ArgumentParser
import Fleet
import Foundation
import Synchronization
import Targets
import Terminal

/// Pulls shards as it has room, and scans them.
final class FleetWorker: Sendable {
    private let broker: Broker
    private let desk: JobDesk
    private let slices: Bucket
    private let own: [String]
    private let vantages: [String]
    private let word: Mutex<WorkerWord>
    /// Messages of shards that are done, the last ones.
    private let done = Mutex<[QueuedMessage.Identity]>([])
    private let troubles = Mutex(Troubles())
    /// Jobs that it has refused, also those that are over.
    private let refused = Mutex<Set<String>>([])
    private let said = Mutex<Set<String>>([])
    private let lastWork = Mutex(ContinuousClock.now)
    private let isEnding = Atomic(false)
    private let running = Atomic(0)

    /// - Parameters:
    ///   - word: who this worker is.
    ///   - own: arguments of every scan of it.
    init(_ broker: Broker, _ desk: JobDesk, word: WorkerWord, own: [String]) throws(FleetError) {
        self.broker = broker
        self.desk = desk
        self.own = own
        slices = try Bucket(FleetStreams.slices, on: broker)
        vantages =
            word.vantage == ShardPlace.anyVantage ? [word.vantage] : [word.vantage, ShardPlace.anyVantage]
        self.word = Mutex(word)
    }

    /// Works until it is told to end, or nothing has come for a while.
    ///
    /// - Parameters:
    ///   - count: shards that are scanned at once.
    ///   - idle: seconds without a shard after which it ends; nil for never.
    func run(count: Int, idle: Int?) throws {
        let words = try Bucket(FleetStreams.workers, on: broker)
        for _ in 0..<count {
            running.add(1, ordering: .relaxed)
            let thread = Thread { [self] in
                work()
                running.subtract(1, ordering: .releasing)
            }
            thread.stackSize = 4 << 20
            thread.start()
        }
        var spoken: ContinuousClock.Instant?
        var (records, time) = (UInt64(0), ContinuousClock.now)
        while running.load(ordering: .acquiring) > 0 {
            usleep(100_000)
            if StopSignals.isAsked { isEnding.store(true, ordering: .relaxed) }
            if let idle, word.withLock({ $0.shards.isEmpty }),
                ContinuousClock.now - lastWork.withLock({ $0 }) > .seconds(idle)
            {
                isEnding.store(true, ordering: .relaxed)
            }
            guard spoken.map({ .now - $0 > .seconds(5) }) ?? true else { continue }
            let now = ContinuousClock.now
            let seconds =
                Double((now - time).components.seconds) + Double((now - time).components.attoseconds) / 1e18
            let sayable = word.withLock { word in
                word.time = Int(Date().timeIntervalSince1970)
                word.trouble = troubles.withLock { $0.last() }
                word.rate = seconds > 0.5 ? Double(word.records &- records) / seconds : 0
                records = word.records
                return word
            }
            (spoken, time) = (now, now)
            if !broker.isConnected { note("the broker is away: waiting for it", about: "broker") }
            say(sayable, in: words)
        }
        var last = word.withLock { $0 }
        last.time = Int(Date().timeIntervalSince1970)
        last.rate = 0
        last.hasLeft = true
        say(last, in: words)
        let refused = self.refused.withLock { $0.count }
        if let idle, refused == 0, last.shardsDone == 0 {
            Terminal.say("hallmark: no shard came within \(counted(idle, "second"))")
        }
        // What it was given and did not do, nobody here has looked at.
        if refused > 0 {
            Terminal.say("hallmark: \(counted(refused, "job")) refused", .error)
            throw ExitCode(1)
        }
    }

    private func say(_ word: WorkerWord, in bucket: Bucket) {
        // Without a broker there is nobody to be told.
        guard broker.isConnected, let bytes = try? JSONEncoder().encode(word) else { return }
        try? bucket.put(Array(bytes), for: word.name)
    }

    private var isStopped: Bool { isEnding.load(ordering: .relaxed) }

    /// Says what goes wrong, and what it is about.
    ///
    /// - Parameter seconds: after which it is over when it does not happen again.
    private func note(_ text: String, about what: String, lasts seconds: Int = 30) {
        troubles.withLock { $0.note(String(text.prefix(300)), about: what, lasts: .seconds(seconds)) }
        say(text)
    }

    private func say(_ text: String) {
        // The same once, however often it happens.
        guard said.withLock({ $0.count < 1000 && $0.insert(text).inserted }) else { return }
        Terminal.say("hallmark: \(text)", .warning)
    }

    // MARK: One thread

    private func work() {
        var queues: [String: MessageQueue] = [:]
        while !isStopped {
            var delivery: QueuedMessage?
            for vantage in vantages where delivery == nil && !isStopped {
                do throws(FleetError) {
                    if queues[vantage] == nil {
                        queues[vantage] = try MessageQueue(
                            FleetStreams.workers(of: vantage),
                            of: FleetStreams.work,
                            subject: FleetStreams.workSubject(vantage),
                            on: broker
                        )
                    }
                    delivery = queues[vantage]?.pull(1, milliseconds: 1000).first
                } catch {
                    // Nobody has submitted anything for it yet, or the broker is away.
                    if broker.isConnected { note("waiting for a job: \(error)", about: "queue \(vantage)") }
                    usleep(500_000)
                }
            }
            if let delivery { handle(delivery) }
        }
    }

    private func handle(_ delivery: QueuedMessage) {
        guard let place = ShardPlace(subject: delivery.subject) else { return delivery.drop() }
        // It was acknowledged, and the broker was killed before it took note. A shard that was put into the
        // queue again is another message, and is wanted again.
        let identity = delivery.identity
        if done.withLock({ $0.contains(identity) }) { return acknowledge(delivery) }
        let ready: JobDesk.Ready
        do throws(FleetError) {
            switch try desk.answer(place.job) {
            case .gone:
                word.withLock { $0.refused[place.job] = nil }
                return delivery.drop()
            case .refused(let reason):
                word.withLock { if $0.refused.count < 100 { $0.refused[place.job] = reason } }
                refused.withLock { if $0.count < 10_000 { $0.insert(place.job) } }
                say("the job \(place.job) is refused: \(reason)")
                return delivery.giveBack(after: FleetStreams.lease)
            case .ready(let answer): ready = answer
            }
        } catch {
            note("\(error)", about: "jobs")
            return delivery.giveBack(after: 5)
        }
        guard place.number <= ready.job.shards, ready.job.vantages.contains(place.vantage) else {
            return delivery.drop()
        }
        scan(ready, place, delivery)
    }

    private func scan(_ ready: JobDesk.Ready, _ place: ShardPlace, _ delivery: QueuedMessage) {
        // What is refused comes again and again, and keeps nobody from being idle.
        lastWork.withLock { $0 = .now }
        defer { lastWork.withLock { $0 = .now } }
        let label = "\(place.job) \(place.number)"
        word.withLock { $0.shards.append(label) }
        defer {
            word.withLock { word in word.shards.firstIndex(of: label).map { _ = word.shards.remove(at: $0) } }
        }
        var slice: RateSlice?
        if ready.job.isPaced {
            slice = waitForSlice(ready.job, delivery)
            guard slice != nil else { return delivery.giveBack(after: 0) }
        }
        let scan = ShardScan(
            ready: ready,
            place: place,
            delivery: delivery,
            broker: broker,
            worker: word.withLock { $0.name },
            own: own,
            slice: slice,
            isStopped: { self.isStopped },
            isCancelled: { self.desk.isCancelled(place.job) },
            note: { self.note($0, about: "broker") },
            count: { count in self.word.withLock { $0.records &+= count } }
        )
        let outcome = scan.run()
        slice?.free()
        switch outcome {
        case .done:
            done.withLock { done in
                if done.count >= Self.mostDone { done.removeFirst(Self.mostDone / 2) }
                done.append(delivery.identity)
            }
            word.withLock { $0.shardsDone &+= 1 }
            troubles.withLock { $0.clear(label) }
            acknowledge(delivery)
        case .again(let reason, let seconds):
            if !isStopped {
                note(
                    "the shard \(place.number) of \(place.job) is scanned anew: \(reason)",
                    about: label,
                    lasts: 600
                )
            }
            delivery.giveBack(after: seconds)
        case .cancelled: delivery.drop()
        }
    }

    /// Messages that are remembered: one that comes again does so within minutes.
    private static let mostDone = 4096

    /// Waits for a part of the job's rate; nil when the worker ends meanwhile, or the job is cancelled.
    private func waitForSlice(_ job: FleetJob, _ delivery: QueuedMessage) -> RateSlice? {
        var beaten = ContinuousClock.now
        while !isStopped {
            if let slice = try? RateSlice.take(of: job, holder: word.withLock({ $0.name }), in: slices) {
                return slice
            }
            if .now - beaten > .seconds(1) {
                beaten = .now
                delivery.extend()
                if desk.isCancelled(job.id) { return nil }
            }
            usleep(300_000)
        }
        return nil
    }

    private func acknowledge(_ delivery: QueuedMessage) {
        for _ in 0..<20 {
            if (try? delivery.acknowledge()) != nil { return }
            usleep(250_000)
        }
        // It will be given out again, and found to be done.
    }
}
