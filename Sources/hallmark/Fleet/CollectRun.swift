import ArgumentParser
import Fleet
import Foundation
import Glibc
import Terminal

/// A collector at work.
final class CollectRun {
    private let collector: Collector
    private let broker: Broker
    private let place: String
    private let wantsAll: Bool
    /// Nil while the streams are not there.
    private var sight: (queue: MessageQueue, watch: FleetWatch)?
    /// How often in a row the broker gave an answer that is not one of a fleet's.
    private var blanks = 0
    /// How often in a row the broker gave none.
    private var silences = 0
    /// Jobs that are not done and that the broker has lost.
    private var gone: Set<String> = []
    private var said: Set<String> = []
    private var troubles: [String: String] = [:]
    /// Files that could not be handed on, as far as they were said.
    private var missed: [String: MissedFiles] = [:]

    /// Seconds that whole files have to be handed on when the collector is told to end.
    private static let patience = Duration.seconds(5)

    init(_ collector: Collector, _ broker: Broker, place: String, wantsAll: Bool) throws(FleetError) {
        self.collector = collector
        self.broker = broker
        self.place = place
        self.wantsAll = wantsAll
        try make()
    }

    /// Makes the streams as far as they are not there.
    private func make() throws(FleetError) {
        try FleetStreams.make(on: broker)
        let queue = try MessageQueue(
            FleetStreams.collector,
            of: FleetStreams.results,
            subject: FleetStreams.resultSubject,
            on: broker
        )
        let seen = sight?.watch.seen ?? []
        sight = (queue, try FleetWatch(on: broker, place: place, wantsAll: wantsAll, seen: seen))
    }

    func run(untilDone: Bool) throws {
        Terminal.say("hallmark: collecting into \(place)")
        var looked = ContinuousClock.now - .seconds(60)
        var isDone = false
        while !StopSignals.isAsked, !isDone {
            let hasMore = try pull()
            try collector.rotateIfDue()
            sayTroubles()
            guard .now - looked > .seconds(2) else { continue }
            looked = .now
            do throws(FleetError) {
                isDone = try look(untilDone: untilDone) && !hasMore
                blanks = 0
                note(nil)
            } catch {
                // One that is away will be asked again.
                if error.mayPass { note(error) } else { remake(after: error) }
            }
        }
        try end()
    }

    /// Says that the broker is away, and that it is back.
    private func note(_ error: FleetError?) {
        guard let error else {
            if silences > 1 { Terminal.say("hallmark: the broker is back") }
            silences = 0
            return
        }
        silences += 1
        if silences == 2 { Terminal.say("hallmark: \(error); waiting for the broker", .warning) }
    }

    /// Makes the streams anew when it is certain that they are not there, and not only while a broker starts.
    private func remake(after error: FleetError) {
        blanks += 1
        guard blanks > 1 else { return }
        say("\(error)", .error)
        do throws(FleetError) {
            let isGone = try broker.state(ofConsumer: FleetStreams.collector, in: FleetStreams.results) == nil
            try make()
            if isGone {
                Terminal.say(
                    "hallmark: the broker has lost its streams, as one whose store was emptied: they were made anew, "
                        + "and what waited there is lost",
                    .error
                )
            }
        } catch { say("\(error)", .error) }
    }

    /// Takes what there is, or waits for it.
    ///
    /// - Returns: whether there was something.
    private func pull() throws -> Bool {
        guard let (queue, watch) = sight else {
            usleep(500_000)
            return false
        }
        let deliveries = queue.pull(64, milliseconds: 1000)
        guard !deliveries.isEmpty else { return false }
        do {
            try collector.take(deliveries) { (id: String) throws(FleetError) -> FleetJob? in
                try watch.job(id)
            }
        } catch let error as FleetError {
            // Whose results these are can't be asked now: they are given out again.
            if !error.mayPass { say("\(error)", .warning) }
            for delivery in deliveries { delivery.giveBack(after: 1) }
            usleep(200_000)
        }
        for (reason, _) in collector.refused {
            let what = reason == .noRecord ? "lines of results came" : "results came"
            say("\(what) \(reason.rawValue): they do not count", .error)
        }
        return true
    }

    /// Looks after the fleet.
    ///
    /// - Returns: whether it is time to end.
    private func look(untilDone: Bool) throws(FleetError) -> Bool {
        if try broker.state(ofConsumer: FleetStreams.collector, in: FleetStreams.results) == nil {
            throw FleetError("the broker has no queue of results")
        }
        guard let watch = sight?.watch else { return false }
        let round: FleetWatch.Round
        do { round = try watch.look(collector) } catch let error as FleetError { throw error } catch {
            throw FleetError("\(error)")
        }
        if round.again > 0 {
            Terminal.say(
                "hallmark: nobody worked any more: \(counted(round.again, "shard")) put into the queue again"
            )
        }
        for other in round.elsewhere {
            say(
                "\(other.job): \(counted(other.shards, "shard")) that \(other.shards == 1 ? "is" : "are") not here "
                    + "\(other.shards == 1 ? "is" : "are") stored in \(other.places.sorted().joined(separator: ", ")): "
                    + "--again has them scanned for this folder, too",
                about: "elsewhere " + other.job
            )
        }
        for job in round.gone where gone.insert(job).inserted {
            say("\(job): is not done, and the broker knows nothing of it any more: submit it again", .error)
        }
        if !round.hasJobs, untilDone { say("no job has been submitted yet: waiting for one") }
        return untilDone && (round.isComplete || !round.hasJobs && !gone.isEmpty)
    }

    /// Says something once.
    private func say(_ text: String, _ level: LogLevel = .info, about: String? = nil) {
        guard said.count < 1000, said.insert(about ?? text).inserted else { return }
        Terminal.say("hallmark: \(text)", level)
    }

    /// Says what stands in the way of whole files, when it is something else than before.
    private func sayTroubles() {
        let now = collector.troubles
        for (name, text) in now.sorted(by: { $0.key < $1.key }) where troubles[name] != text {
            Terminal.say("hallmark: \(text); it is tried again", .error)
        }
        troubles = now
        let files = collector.missed
        for (name, now) in files.sorted(by: { $0.key < $1.key }) {
            say(now, since: missed[name] ?? MissedFiles(), name)
        }
        missed = files
    }

    /// Says which files could not be handed on, and which were after all.
    private func say(_ now: MissedFiles, since before: MissedFiles, _ name: String) {
        if now.gone != before.gone {
            let (are, them) = now.gone == 1 ? ("is", "it") : ("are", "them")
            Terminal.say(
                "hallmark: \(name): \(counted(now.gone, "file")) of \(place) \(are) not there any more: what stood in \(them) "
                    + "is not in it",
                .error
            )
        }
        if now.changed != before.changed {
            let (are, they, them) = now.changed == 1 ? ("is", "it was", "it") : ("are", "they were", "them")
            Terminal.say(
                "hallmark: \(name): \(counted(now.changed, "file")) of \(place) \(are) not as \(they) written, such as "
                    + "\(now.example): what can't be read of \(them) is not in it; bring \(them) back",
                .error
            )
        }
        if now.later != before.later {
            let were = now.later == 1 ? "was" : "were"
            Terminal.say(
                "hallmark: \(name): \(counted(now.later, "file")) that had been missing or damaged \(were) handed on"
            )
        }
    }

    // MARK: The end

    private func end() throws {
        let limit = ContinuousClock.now + Self.patience
        // Who is told to end does so within seconds; what is left is for the next collector.
        let waiting = try collector.close { StopSignals.isAsked && ContinuousClock.now > limit }
        sayTroubles()
        _ = try? sight?.watch.look(collector)
        if waiting > 0 {
            Terminal.say(
                "hallmark: \(counted(waiting, "file")) not handed on yet: the next collector of this folder does"
            )
        }
        let isWhole = try sum()
        let code: Int32 = isWhole && troubles.isEmpty ? 0 : 1
        // What is at a file still may take minutes, and loses nothing: it is begun anew the next time.
        if collector.isFeeding { _exit(code) }
        if code != 0 { throw ExitCode(code) }
    }

    /// Says what came of each job.
    ///
    /// - Returns: whether nothing is lost.
    private func sum() throws -> Bool {
        var lost = 0
        for job in try collector.progress() {
            lost += job.lost
            Terminal.say(
                "hallmark: \(job.job): \(counted(job.shardsDone, "shard")) done, \(counted(job.records, "record")) stored, "
                    + "\(grouped(UInt64(clamping: job.repeated))) came again and were not"
            )
        }
        for (reason, count) in collector.refused.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            Terminal.say(
                "hallmark: \(counted(count, reason.noun)) \(reason.rawValue): refused",
                .error
            )
        }
        let lacking = try collector.lacking()
        for (name, count) in lacking.sorted(by: { $0.key < $1.key }) {
            let (are, them) = count == 1 ? ("is", "it") : ("are", "them")
            Terminal.say(
                "hallmark: \(name) lacks what stood in \(counted(count, "file")) of \(place) that \(are) missing or damaged: bring "
                    + "\(them) back, or give \(them) up with --forget-missing",
                .error
            )
        }
        if lost > 0 { Terminal.say("hallmark: \(ScanSummary.lost(UInt64(clamping: lost)))", .error) }
        return collector.refused.isEmpty && lost == 0 && gone.isEmpty && lacking.isEmpty
    }
}
