import Foundation
import Observations

/// A message of results, until it is acknowledged.
package protocol ResultDelivery {
    var subject: String { get }
    func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R
    /// Says that it is done, without waiting.
    func acknowledgeSoon()
}

extension QueuedMessage: ResultDelivery {}

/// Writes what workers find into files of a folder, each record once.
///
/// A message is acknowledged when its records are on the disk and the state that says so is, too. What is
/// given out again after that is told by the state, however long ago it was.
package final class Collector {
    package struct Options {
        package var folder: String
        package var rotateBytes = 256 << 20
        package var rotateSeconds = 300
        package var feeds: [any RecordFeed] = []
        /// Whether files go that every feed has taken.
        package var removesFed = false
        /// Whether the files that earlier collectors could not hand on are given up.
        package var forgetsMissed = false

        package init(folder: String) { self.folder = folder }
    }

    private let options: Options
    private let state: CollectState
    private let feeder: RecordFeeder
    /// By the vantage point whose records they hold.
    private var folders: [String: RecordFolder] = [:]
    /// Where the last collector was with each of them.
    private let places: [String: (number: Int, offset: Int)]
    private let parts: [String: FileChecksum]
    private var open: [ShardPlace: OpenShard]
    /// Jobs whose results came, and names that were no job's when they were asked for.
    private var facts: [String: JobFacts]
    private var unknown: [String: ContinuousClock.Instant] = [:]
    private let reader = RecordKeyReader()
    /// Lines of the messages that are being taken, by vantage points.
    private var lines: [String: [UInt8]] = [:]
    /// Messages, or lines of them, that did not count, or not as they stood.
    package private(set) var refused: [RefusedResult: Int] = [:]
    /// What no other collector is called.
    package let name: String

    package init(_ options: Options) throws {
        self.options = options
        let folder = try RecordFolder(options.folder)
        state = try CollectState(options.folder + "/.state.sqlite")
        name = try state.name()
        open = try state.openShards()
        facts = try state.facts()
        places = try state.places()
        parts = try state.parts()
        let isNew = places[ShardPlace.anyVantage] == nil
        try Self.resume(folder, places[ShardPlace.anyVantage], parts[ShardPlace.anyVantage], isKnown: !isNew)
        folders[ShardPlace.anyVantage] = folder
        feeder = RecordFeeder(
            state,
            folder: options.folder,
            feeds: options.feeds,
            removesFed: options.removesFed
        )
        for vantage in places.keys { _ = try self.folder(of: vantage) }
        if isNew { try keepVantages() }
        for (vantage, folder) in folders { try note(vantage, folder) }
        if options.forgetsMissed { for feed in options.feeds { try state.forgetUnfed(feed.identity) } }
        feeder.begin()
    }

    deinit { feeder.stop() }

    private static func resume(
        _ folder: RecordFolder,
        _ place: (number: Int, offset: Int)?,
        _ part: FileChecksum?,
        isKnown: Bool
    ) throws(FileError) {
        let (number, offset) = place ?? (1, 0)
        try folder.resume(
            number: number,
            offset: offset,
            isKnown: isKnown,
            written: part.flatMap { $0.bytes == offset ? $0 : nil }
        )
    }

    /// Opens the folders of vantage points that hold records of which no state knows.
    private func keepVantages() throws {
        for vantage in try FileManager.default.contentsOfDirectory(atPath: options.folder) {
            let path = RecordFolder.path(of: vantage, in: options.folder)
            guard ShardPlace.isName(vantage), path != options.folder,
                let names = try? FileManager.default.contentsOfDirectory(atPath: path),
                names.contains(where: { $0.hasPrefix("records-") })
            else { continue }
            let folder = try RecordFolder(path)
            try Self.resume(folder, nil, nil, isKnown: false)
            folders[vantage] = folder
        }
    }

    /// Notes where a folder is, if the last collector had no time to, or knew nothing of what lies there.
    private func note(_ vantage: String, _ folder: RecordFolder) throws {
        let place = places[vantage] ?? (0, 0)
        guard place != (folder.number, folder.offset) else { return }
        let whole = parts[vantage]
        try state.write { transaction in
            try transaction.setPlace(vantage, folder)
            // It has become whole: what was written to it is known. An older state knows less than there is.
            guard folder.offset == 0, place.offset > 0, let whole, whole.bytes == place.offset,
                let now = FileChecksum(file: RecordFolder.file(place.number, in: folder.path)),
                now.bytes <= whole.bytes
            else { return }
            try transaction.addWhole(vantage, place.number, whole)
        }
    }

    /// Takes messages, and acknowledges them when their records are stored.
    ///
    /// - Parameter job: asks for a job; nil when nobody has submitted it.
    /// - Throws: what `job` throws, and nothing is taken then; another error when records can't be stored:
    ///   the collector is of no use any more then, and another one goes on.
    package func take(
        _ deliveries: [some ResultDelivery],
        job: (String) throws(FleetError) -> FleetJob?
    ) throws {
        let news = try learn(deliveries, job)
        lines.removeAll()
        try state.write { transaction in
            for (job, facts) in news { try transaction.add(job, facts) }
            for delivery in deliveries { try take(delivery, transaction) }
            for (vantage, lines) in lines {
                let folder = try folder(of: vantage)
                try folder.append(lines)
                try transaction.setPlace(vantage, folder)
            }
        }
        for delivery in deliveries { delivery.acknowledgeSoon() }
        for (vantage, folder) in folders where folder.offset >= options.rotateBytes { try rotate(vantage) }
    }

    /// Asks for the jobs of messages that are not known yet: a subject alone can name anything.
    private func learn(
        _ deliveries: [some ResultDelivery],
        _ job: (String) throws(FleetError) -> FleetJob?
    ) throws -> [String: JobFacts] {
        var news: [String: JobFacts] = [:]
        let now = ContinuousClock.now
        for delivery in deliveries {
            guard let id = ShardPlace(subject: delivery.subject)?.job, facts[id] == nil else { continue }
            if let asked = unknown[id], now - asked < Self.memory { continue }
            guard let found = try job(id), let its = JobFacts(found) else {
                // Whoever invents names shall not fill the memory with them.
                if unknown.count >= Self.mostUnknown { unknown.removeAll() }
                unknown[id] = now
                continue
            }
            (facts[id], news[id]) = (its, its)
        }
        return news
    }

    /// How long it is remembered that there was no job of a name, and of how many names.
    private static let memory = Duration.seconds(60)
    private static let mostUnknown = 10_000

    /// Where records of a vantage point go: those of jobs that name none into the folder itself.
    private func folder(of vantage: String) throws -> RecordFolder {
        if let folder = folders[vantage] { return folder }
        let folder = try RecordFolder(RecordFolder.path(of: vantage, in: options.folder))
        // Whoever has a state knows of each vantage point that had records.
        try Self.resume(folder, places[vantage], parts[vantage], isKnown: true)
        folders[vantage] = folder
        return folder
    }

    private func refuse(_ reason: RefusedResult) { refused[reason, default: 0] += 1 }

    private func take(_ delivery: some ResultDelivery, _ transaction: CollectState.Transaction) throws {
        guard let place = ShardPlace(subject: delivery.subject) else { return refuse(.noResult) }
        guard let facts = facts[place.job] else { return refuse(.noJob) }
        guard facts.has(place) else { return refuse(.noShard) }
        try delivery.withBytes { bytes in
            guard let (header, records) = ResultHeader.split(bytes) else { return refuse(.noResult) }
            try take(place, facts, header, records, transaction)
        }
    }

    private func take(
        _ place: ShardPlace,
        _ facts: JobFacts,
        _ header: ResultHeader,
        _ records: UnsafeRawBufferPointer,
        _ transaction: CollectState.Transaction
    ) throws {
        var (stored, repeated) = (0, 0)
        guard try !transaction.isDone(place) else {
            Self.forEachLine(of: records) { _ in repeated += 1 }
            return try transaction.count(place.job, records: 0, repeated: repeated)
        }
        var shard = open.removeValue(forKey: place) ?? OpenShard()
        guard shard.mayBegin(header.attempt) else {
            open[place] = shard
            return refuse(.tooManyScans)
        }
        var keys: [UInt8] = []
        if let done = header.done {
            shard.end(header.attempt, messages: header.sequence, done)
        } else if shard.begin(header.attempt, header.sequence) {
            Self.forEachLine(of: records) { line in
                guard let key = reader.key(of: line, tellsAddresses: header.tellsAddresses) else {
                    return refuse(.noRecord)
                }
                key.append(to: &keys)
                if shard.add(key, header.attempt) {
                    lines[place.vantage, default: []] += line
                    lines[place.vantage]?.append(0x0a)
                    stored += 1
                } else {
                    repeated += 1
                }
            }
        }
        try transaction.count(place.job, records: stored, repeated: repeated)
        // The last message of a scan may be given out before others of it.
        if let (done, records) = shard.finished {
            let share = facts.share(place.number)
            // A name with several addresses is one endpoint of the plan, and has several records.
            let most = max(share, records)
            if done.lost > most { refuse(.tooManyLost) }
            try transaction.finish(place, endpoints: share, lost: min(done.lost, most))
        } else {
            try transaction.add(place, header, keys: keys)
            open[place] = shard
        }
    }

    private static func forEachLine(
        of bytes: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
            if end > start { body(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) }
            start = end + 1
        }
    }

    // MARK: Files

    /// Ends files that are written when they are old.
    package func rotateIfDue() throws {
        for (vantage, folder) in folders {
            guard let begun = folder.begun, .now - begun > .seconds(options.rotateSeconds) else { continue }
            try rotate(vantage)
        }
    }

    /// Ends the files that are written, whatever their age, and waits for those who want whole ones.
    ///
    /// - Parameter isStopped: asked whether to wait no longer.
    /// - Returns: files that were not handed on yet: another collector of the folder goes on with them.
    package func close(isStopped: () -> Bool) throws -> Int {
        for (vantage, folder) in folders {
            try rotate(vantage)
            folder.removeEmpty()
        }
        try feeder.finish(isStopped: isStopped)
        feeder.stop()
        return try feeder.waiting()
    }

    private func rotate(_ vantage: String) throws {
        guard let folder = folders[vantage], let whole = try folder.rotate() else { return }
        try state.write { transaction in
            try transaction.addWhole(vantage, folder.number - 1, whole)
            try transaction.setPlace(vantage, folder)
        }
    }

    /// Why files could not be handed on to whom; it is tried again.
    package var troubles: [String: String] { feeder.troubles }

    /// How many files could not be given to who wants them.
    package var missed: [String: MissedFiles] { feeder.missed }

    /// How many files of this folder are not in what they should have been handed on to, by feeds.
    package func lacking() throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for feed in options.feeds {
            let count = try state.unfedCount(feed.identity)
            if count > 0 { counts[feed.name] = count }
        }
        return counts
    }

    /// Whether a file is being handed on at this moment.
    package var isFeeding: Bool { feeder.isBusy }

    // MARK: Progress

    /// How far each job is.
    package func progress() throws -> [JobProgress] { try state.progress() }

    /// The shards of a job that are done, seen from a vantage point.
    package func done(_ job: FleetJob, _ vantage: String) throws -> Set<UInt32> {
        try state.done(job.id, vantage)
    }

    /// The shards that a job has, from all vantage points together; nil for a job of which nothing came.
    func total(_ job: String) -> Int? { facts[job]?.total }
}
