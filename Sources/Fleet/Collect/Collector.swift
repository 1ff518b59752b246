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
    /// By the vantage point whose records they hold.
    private var folders: [String: RecordFolder] = [:]
    /// Where the last collector was with each of them.
    private let places: [String: (number: Int, offset: Int)]
    private var open: [ShardPlace: OpenShard]
    private let reader = RecordKeyReader()
    /// Lines of the messages that are being taken, by vantage points.
    private var lines: [String: [UInt8]] = [:]
    /// Messages that were none of ours.
    package private(set) var strange = 0

    package init(_ options: Options) throws {
        self.options = options
        let folder = try RecordFolder(options.folder)
        state = try CollectState(options.folder + "/.state.sqlite")
        open = try state.openShards()
        places = try state.places()
        let first = places[ShardPlace.anyVantage] ?? (1, 0)
        try folder.resume(number: first.number, offset: first.offset)
        folders[ShardPlace.anyVantage] = folder
        for vantage in places.keys { _ = try self.folder(of: vantage) }
    }

    /// Takes messages, and acknowledges them when their records are stored.
    ///
    /// - Throws: when they can't be stored; the collector is of no use any more then, and another one goes
    ///   on.
    package func take(_ deliveries: [QueuedMessage]) throws {
        lines.removeAll()
        try state.write { transaction in
            for delivery in deliveries { try take(delivery, transaction) }
            for (vantage, lines) in lines {
                let folder = try folder(of: vantage)
                try folder.append(lines)
                try transaction.setPlace(vantage, folder.number, folder.offset)
            }
        }
        for delivery in deliveries { delivery.acknowledgeSoon() }
        for (vantage, folder) in folders where folder.offset >= options.rotateBytes { try rotate(vantage) }
    }

    /// Where records of a vantage point go: those of jobs that name none into the folder itself.
    private func folder(of vantage: String) throws -> RecordFolder {
        if let folder = folders[vantage] { return folder }
        let folder = try RecordFolder(options.folder + "/" + vantage)
        let place = places[vantage] ?? (1, 0)
        try folder.resume(number: place.number, offset: place.offset)
        folders[vantage] = folder
        return folder
    }

    private func take(_ delivery: QueuedMessage, _ transaction: CollectState.Transaction) throws {
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

    /// Ends files that are written when they are old.
    package func rotateIfDue() throws {
        for (vantage, folder) in folders {
            guard let begun = folder.begun, .now - begun > .seconds(options.rotateSeconds) else { continue }
            try rotate(vantage)
        }
    }

    /// Ends the files that are written, whatever their age.
    package func close() throws {
        for (vantage, folder) in folders {
            try rotate(vantage)
            folder.removeEmpty()
        }
    }

    private func rotate(_ vantage: String) throws {
        guard let folder = folders[vantage], try folder.rotate() else { return }
        try state.write { try $0.setPlace(vantage, folder.number, folder.offset) }
    }

    /// Hands whole files on to where they are wanted.
    ///
    /// - Returns: why one could not be handed on; it is tried again the next time.
    package func feed() throws -> String? {
        for (vantage, folder) in folders.sorted(by: { $0.key < $1.key }) {
            for feed in options.feeds {
                var number = try state.fed(feed.name, vantage)
                while number + 1 < folder.number {
                    let path = folder.file(number + 1)
                    // A name for the file that no other collector's file has.
                    let token = "hallmark-\(try state.name())-\(vantage)-\(number + 1)"
                    do { try feed.take(path, token: token) } catch {
                        return "\(feed.name): \(path): \(error)"
                    }
                    number += 1
                    try state.setFed(feed.name, vantage, number)
                    if options.removesFed { try remove(number, of: vantage, folder) }
                }
            }
        }
        return nil
    }

    /// Removes a file that all feeds have taken.
    private func remove(_ number: Int, of vantage: String, _ folder: RecordFolder) throws {
        for feed in options.feeds where try state.fed(feed.name, vantage) < number { return }
        unlink(folder.file(number))
    }

    // MARK: Progress

    /// How far each job is.
    package func progress() throws -> [JobProgress] { try state.progress() }

    /// The shards of a job that are done, seen from a vantage point.
    package func done(_ job: FleetJob, _ vantage: String) throws -> Set<UInt32> {
        try state.done(job.id, vantage)
    }
}
