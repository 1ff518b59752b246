import Bytes
package import Observations

/// A file of passive DNS.
package struct PassiveDNSFile {
    /// What a file came to.
    package struct Counts: Equatable, Sendable {
        /// Lines, or messages of dnstap.
        package var lines = 0
        /// That a name led somewhere.
        package var sightings = 0
        /// Lines that are as they should be and lead to no address: other types, questions, other logs.
        package var passed = 0
        /// Lines that could not be read.
        package var unread = 0

        package init(lines: Int = 0, sightings: Int = 0, passed: Int = 0, unread: Int = 0) {
            self.lines = lines
            self.sightings = sightings
            self.passed = passed
            self.unread = unread
        }
    }

    /// `-` for standard input.
    package let path: String
    /// Nil to tell by the first bytes when it is read.
    private let format: PassiveDNSFormat?
    /// The file, where it can't be opened twice.
    private let opened: ImportInput?

    package init(_ path: String, format: PassiveDNSFormat? = nil, opened: ImportInput? = nil) {
        self.path = path
        self.format = format
        self.opened = opened
    }

    /// The file as messages name it.
    package var name: String { path == "-" ? "standard input" : path }

    /// Reads it to its end.
    ///
    /// - Parameters:
    ///   - take: is told each sighting, in the file's order.
    ///   - unread: is told what could not be read, with the line where that begins.
    /// - Throws: what `take` throws.
    package func read(
        _ take: @escaping (NameSighting) throws -> Void,
        unread: (FileError) -> Void
    ) throws -> Counts {
        let input: ImportInput
        do throws(FileError) {
            if let opened { input = opened } else { input = try ImportInput(path) }
        } catch {
            unread(error)
            return Counts(unread: 1)
        }
        guard let format = format ?? PassiveDNSFormat(input.head) else {
            let known = PassiveDNSFormat.allCases.map(\.title).joined(separator: ", ")
            unread(FileError(name, "is no passive DNS that is known; tried \(known)"))
            return Counts(unread: 1)
        }
        return try Self.read(input, format, take, unread: unread)
    }

    /// Reads what is open, as a format.
    package static func read(
        _ input: ImportInput,
        _ format: PassiveDNSFormat,
        _ take: @escaping (NameSighting) throws -> Void,
        unread: (FileError) -> Void
    ) throws -> Counts {
        let run = ImportRun(ImportRun.Options()) { _ in }
        run.begin(file: input.path)
        var counts = Counts()
        var takeFailure: (any Error)?
        let count = { (sighting: NameSighting) throws in
            do { try take(sighting) } catch {
                takeFailure = error
                throw error
            }
            counts.sightings += 1
        }
        do {
            switch format {
            case .commonOutput: try CommonOutputReader(run, count).read(input)
            case .zeek: try DNSLogReader(run, count).read(input)
            case .dnstap: try DNSTapReader(run, count).read(input)
            }
        } catch let error as FileError where takeFailure == nil {
            unread(error)
            counts.unread += 1
        }
        for reason in run.counts.skipped {
            let more = reason.count > 1 ? ", the first of \(reason.count)" : ""
            unread(FileError(reason.first, reason.text + more))
        }
        counts.lines = run.counts.lines
        counts.passed = run.counts.passed
        counts.unread += run.counts.skippedLines
        return counts
    }
}

/// What is wrong with a line, in words of which a file can't choose.
enum PassiveDNSFault {
    static let notJSON = "no JSON object"
    static let noName = "no name (rrname)"
    static let noType = "no type (rrtype)"
    static let noData = "no data (rdata)"
    static let noTime = "no times that can be read"
    static let ahead = "a time beyond tomorrow"
    static let timeOrder = "its last time lies before its first"
    static let noAddress = "an address record without an address"
    static let tooMany = "more than 4,096 values in one record; the others are not read"
    static let cut = "the server says that its answer is not whole"
    static let noAnswers =
        "quiet text tells what was asked and not what was answered: write it with 'dnstap-read -y' or 'dnstap -y'"
    static let noRecord = "no resource record where one has to stand"
    static let untimed = "an answer before any time"

    /// Whether a time, in milliseconds since 1970, lies farther ahead than clocks and zones of time differ.
    static func isAhead(_ time: Int) -> Bool { time > Int(WallClock.nanoseconds / 1_000_000) + 86_400_000 }

    /// Values of one record or answer that are read.
    static let mostValues = 4096
}
