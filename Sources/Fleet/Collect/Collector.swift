import Foundation
import Observations

/// Where whole files of records go on to: a corpus, a warehouse.
package protocol RecordFeed {
    /// By which it is remembered which files it has taken.
    var name: String { get }

    /// Takes a file; the same one again changes nothing.
    ///
    /// - Parameter token: the file's name for good.
    func take(_ path: String, token: String) throws
}

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

        package init(folder: String) { self.folder = folder }
    }

    private let options: Options
    private let state: CollectState
    private let folder: RecordFolder
    private var open: [ShardPlace: OpenShard]
    private let reader = RecordKeyReader()
    /// Lines of the messages that are being taken.
    private var lines: [UInt8] = []
    /// Messages that were none of ours.
    package private(set) var strange = 0

    package init(_ options: Options) throws {
        self.options = options
        folder = try RecordFolder(options.folder)
        state = try CollectState(options.folder + "/.state.sqlite")
        let place = try state.place()
        try folder.resume(number: place.number, offset: place.offset)
        open = try state.openShards()
    }

    /// Takes messages, and acknowledges them when their records are stored.
    ///
    /// - Throws: when they can't be stored; the collector is of no use any more then, and another one goes
    ///   on.
    package func take(_ deliveries: [Delivery]) throws {
        lines.removeAll(keepingCapacity: true)
        try state.write { transaction in
            for delivery in deliveries { try take(delivery, transaction) }
            try folder.append(lines)
            try transaction.setPlace(folder.number, folder.offset)
        }
        for delivery in deliveries { delivery.acknowledgeSoon() }
        if folder.offset >= options.rotateBytes { try rotate() }
    }

    private func take(_ delivery: Delivery, _ transaction: CollectState.Transaction) throws {
        guard let place = ShardPlace(subject: delivery.subject) else {
            strange += 1
            return
        }
        try delivery.withBytes { bytes in
            guard let (header, records) = ResultHeader.split(bytes) else {
                strange += 1
                return
            }
            try take(place, header, records, transaction)
        }
    }

    private func take(
        _ place: ShardPlace,
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
        var keys: [UInt8] = []
        if let done = header.done {
            shard.end(header.attempt, messages: header.sequence, done)
        } else if shard.begin(header.attempt, header.sequence) {
            Self.forEachLine(of: records) { line in
                let key = reader.key(of: line, tellsAddresses: header.tellsAddresses)
                key.append(to: &keys)
                if shard.add(key, header.attempt) {
                    lines += line
                    lines.append(0x0a)
                    stored += 1
                } else {
                    repeated += 1
                }
            }
        }
        try transaction.count(place.job, records: stored, repeated: repeated)
        // The last message of a scan may be given out before others of it.
        if let done = shard.finished {
            try transaction.finish(place, done)
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

    /// Ends the file that is written when it is old.
    package func rotateIfDue() throws {
        guard let begun = folder.begun, .now - begun > .seconds(options.rotateSeconds) else { return }
        try rotate()
    }

    /// Ends the file that is written, whatever its age.
    package func close() throws {
        try rotate()
        folder.removeEmpty()
    }

    private func rotate() throws {
        guard try folder.rotate() else { return }
        try state.write { try $0.setPlace(folder.number, folder.offset) }
    }

    /// Hands whole files on to where they are wanted.
    ///
    /// - Returns: why one could not be handed on; it is tried again the next time.
    package func feed() throws -> String? {
        for feed in options.feeds {
            var number = try state.fed(feed.name)
            while number + 1 < folder.number {
                let path = folder.file(number + 1)
                do { try feed.take(path, token: try token(number + 1)) } catch {
                    return "\(feed.name): \(path): \(error)"
                }
                number += 1
                try state.setFed(feed.name, number)
                try removeFed(number)
            }
        }
        return nil
    }

    /// Files that are whole and that some feed has not taken yet.
    package func unfed() throws -> Int {
        try options.feeds.map { folder.number - 1 - (try state.fed($0.name)) }.max() ?? 0
    }

    private func removeFed(_ number: Int) throws {
        guard options.removesFed else { return }
        for feed in options.feeds where try state.fed(feed.name) < number { return }
        unlink(folder.file(number))
    }

    /// A name for a file that no other collector's file has.
    private func token(_ number: Int) throws -> String { "hallmark-\(try state.name())-\(number)" }

    // MARK: Progress

    /// How far each job is.
    package func progress() throws -> [JobProgress] { try state.progress() }

    /// The shards of a job that are done, seen from a vantage point.
    package func done(_ job: FleetJob, _ vantage: String) throws -> Set<UInt32> {
        try state.done(job.id, vantage)
    }
}
