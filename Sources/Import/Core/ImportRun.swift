import Bytes
package import Observations
import Wire

/// One import: takes what readers find, counts it, and writes records.
///
/// It belongs to one thread.
package final class ImportRun {
    package struct Options: Sendable {
        /// A record for each sighting.
        package var isEvery = false
        /// Whether records say who connected.
        package var keepsClients = true
        /// What stands for clients; nil for their addresses.
        package var pseudonyms: Pseudonyms?
        /// What the time is, in nanoseconds since 1970, for `event.ingested`.
        ///
        /// What follows files that grow runs for days.
        package var clock: @Sendable () -> Int64 = { WallClock.nanoseconds }
        package var chain = CertificateEncoder.ChainOutput.full
        /// Bytes of records and of what waits for its other half that are held in memory.
        package var maximumBytes = 256 << 20

        package init() {}
    }

    package let options: Options
    package private(set) var counts = ImportCounts()
    private let observation = Observation()
    private var encoder: RecordEncoder
    private var table: SightingTable
    private var time = TimestampWriter()
    private var out = ByteBuffer(capacity: 64 * 1024)
    private let write: (Span<UInt8>) throws -> Void
    /// The file that is being read.
    package private(set) var file = ""
    /// Whether what takes the lines threw something: an error then is none of a file's.
    package private(set) var hasFailedToWrite = false

    /// - Parameter write: takes whole lines.
    package init(_ options: Options, write: @escaping (Span<UInt8>) throws -> Void) {
        self.options = options
        self.write = write
        encoder = RecordEncoder(RecordEncoder.Options(chain: options.chain))
        table = SightingTable(maximumBytes: options.maximumBytes)
    }

    /// Says which file the next lines are of.
    package func begin(file: String) {
        self.file = file == "-" ? "standard input" : file
        counts.files += 1
    }

    /// Says which of the files that were begun the next lines are of.
    package func resume(file: String) { self.file = file }

    /// An empty observation to fill and to `emit`: the same one each time.
    package func begin(_ source: ImportSource) -> Observation {
        observation.reset()
        observation.imported = ImportedEvidence(source)
        return observation
    }

    /// Counts one more sighting of a record that is held, for readers that know its key before anything else.
    ///
    /// - Returns: false when there is none under the key: the sighting has to be emitted.
    package func sight(_ key: SightingKey, at time: Int64, client: ImportClient?) -> Bool {
        guard !options.isEvery, table.add(key, at: time, options.keepsClients ? client : nil) else {
            return false
        }
        counts.sightings += 1
        return true
    }

    /// Takes an observation.
    ///
    /// Its time is that of the import when the source says none (`startedAt` 0).
    ///
    /// - Parameter key: what makes it one with others; nil to tell by what it holds.
    package func emit(
        _ observation: Observation,
        client: ImportClient? = nil,
        key: SightingKey? = nil
    ) throws {
        let now = options.clock()
        observation.imported?.ingestedAt = now
        if observation.startedAt == 0 {
            observation.startedAt = now
            observation.imported?.isTimed = false
        }
        let client = options.keepsClients ? client : nil
        let key = key ?? SightingKey(observation)
        if sight(key, at: observation.startedAt, client: client) { return }
        counts.sightings += 1
        let start = out.count
        encoder.encode(observation, into: &out)
        // The line ends with the braces of `hallmark` and of the record.
        let line = out.withSpan { $0.extracting(start..<$0.count - 3).bytes }
        out.truncate(to: start)
        var entry = SightingTable.Entry(key: key, line: line, clientPlace: encoder.networkPlace - start)
        entry.add(at: observation.startedAt, client)
        if options.isEvery { return try append(entry) }
        table.insert(entry)
        for entry in table.takeOldest() { try append(entry) }
    }

    /// Takes a record of ours as it stands, with its line's end.
    package func emit(record: Span<UInt8>) throws {
        counts.sightings += 1
        counts.records += 1
        out.append(record)
        if out.count >= 48 * 1024 { try flush() }
    }

    /// Counts lines or entries that were read, whatever becomes of them.
    package func countLine(_ count: Int = 1) { counts.lines += count }

    /// Counts lines that are as they should be and hold nothing to import.
    package func pass(_ count: Int = 1) { counts.passed += count }

    /// Counts a line, or what a line says, as lost.
    ///
    /// - Parameter reason: what is wrong with it, of a closed list: a file can't choose it.
    package func skip(_ reason: String, count: Int = 1, line: Int) {
        ImportCounts.add(reason, count, { "\(file):\(line)" }, to: &counts.skipped)
    }

    /// Counts frames of a capture, which are no entries.
    package func countFrames(_ count: Int) { counts.frames += count }

    /// Counts what is lost without being a line or entry of its own.
    ///
    /// - Parameter reason: of a closed list: a file can't choose it.
    package func lose(_ reason: String, count: Int = 1, line: Int) {
        ImportCounts.add(reason, count, { "\(file):\(line)" }, to: &counts.lost)
    }

    /// Counts what is read and yet lacks something.
    ///
    /// - Parameter file: where the line stands; nil for the file at hand.
    package func remark(_ text: String, count: Int = 1, line: Int, in file: String? = nil) {
        ImportCounts.add(text, count, { "\(file ?? self.file):\(line)" }, to: &counts.remarks)
    }

    /// Writes all that is held; what comes afterwards makes further records.
    package func finish() throws {
        for entry in table.takeOldest(all: true) { try append(entry) }
        try flush()
    }

    private func append(_ entry: SightingTable.Entry) throws {
        counts.records += 1
        let line = entry.line.span
        out.append(line.extracting(0..<entry.clientPlace))
        entry.clients.append(addressesTo: &out, options.pseudonyms)
        out.append(line.extracting(entry.clientPlace..<line.count))
        out.object("sightings")
        out.member("count", entry.count)
        out.member("first", time: entry.first, &time)
        out.member("last", time: entry.last, &time)
        out.endObject()
        entry.clients.append(to: &out, options.pseudonyms, &time)
        out.append("}}\n")
        if out.count >= 48 * 1024 { try flush() }
    }

    private func flush() throws {
        do { try out.withSpan { try write($0) } } catch {
            hasFailedToWrite = true
            throw error
        }
        out.removeAll()
    }
}

extension SightingKey {
    init(_ observation: Observation) {
        var hasher = Hasher()
        let imported = observation.imported
        if !observation.flight.chain.isEmpty {
            observation.flight.chain.withString(0) { leaf in
                leaf.withUnsafeBytes { hasher.combine(bytes: $0) }
            }
        } else if let certificate = imported?.certificate, !certificate.isEmpty {
            hasher.combine(certificate.sha256 ?? certificate.sha1 ?? certificate.serial ?? "")
            hasher.combine(certificate.subject.text)
        } else {
            // Without a certificate the server's answer is what tells one from another.
            hasher.combine(imported?.ja3s)
            hasher.combine(imported?.jarm)
            hasher.combine(imported?.tls.version)
            hasher.combine(observation.flight.version)
            hasher.combine(observation.flight.suite)
        }
        hasher.combine(observation.http.first?.url)
        hasher.combine(observation.http.first?.status)
        hasher.combine(imported?.source.format)
        // QUIC at the same port is another server of TLS.
        hasher.combine(observation.transport)
        self.init(
            ip: observation.ip,
            address: observation.ip == nil ? observation.address.lowercased() : "",
            port: observation.port,
            serverName: observation.serverName?.lowercased().hashValue ?? 0,
            certificate: hasher.finalize(),
            day: UTCCalendar.floor(Int(observation.startedAt), 86_400_000_000_000)
        )
    }
}

extension Span<UInt8> {
    fileprivate var bytes: [UInt8] { withUnsafeBufferPointer { [UInt8]($0) } }
}
