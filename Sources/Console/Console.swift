import Observations
import Bytes
import Corpus
import Decisions
import Foundation
import Search
import Synchronization
import Terminal

/// Answers the requests that the gate lets pass: what page or JSON stands at which path.
package final class Console: Sendable {
    let path: String
    let gate: ConsoleGate
    /// What the program calls itself, with its version.
    let product: String
    /// Connections that nobody uses.
    private let readers: Mutex<Readers>
    private let readRules: @Sendable () throws -> ConsoleRule.Library
    private let library = Mutex<ConsoleRule.Library?>(nil)
    private let answers = KeptAnswers()
    /// What was said last of a corpus that is not where it was.
    private let said = Mutex("")

    /// - Parameters:
    ///   - path: the corpus; it is opened once to see whether it is one.
    ///   - rules: reads the rules, when somebody asks for them first.
    package init(
        corpus path: String,
        gate: ConsoleGate,
        product: String,
        rules: @escaping @Sendable () throws -> ConsoleRule.Library
    ) throws {
        (self.path, self.gate, self.product, readRules) = (path, gate, product, rules)
        let file = FileIdentity(path: path)
        let place = CorpusFile.place(of: path)
        let first = try CorpusFile(path, .read)
        readers = Mutex(
            Readers(file: file, place: place, log: FileIdentity(path: place + "-wal"), free: [first])
        )
    }

    /// Connections, and to which file.
    private struct Readers {
        let file: FileIdentity?
        /// Where it lies, wherever a symbolic link to it does: SQLite keeps its log beside it.
        let place: String
        var log: FileIdentity?
        var free: [CorpusFile]
    }

    package func answer(_ request: ConsoleRequest) -> ConsoleResponse {
        gate.answer(request) { request in
            do {
                guard request.isText else { throw ConsoleRequest.notText }
                try ConsoleArguments.check(request)
                return try route(request)
            } catch let error as ConsoleError {
                return problem(request, error.status, error.text)
            } catch let error as KQLError {
                return problem(request, 400, error.description)
            } catch {
                return problem(request, 500, "\(error)")
            }
        }
    }

    private func route(_ request: ConsoleRequest) throws -> ConsoleResponse {
        if request.method == "POST" {
            switch request.path {
            case "/decide": return try decide(request)
            case "/api/decide":
                _ = try decide(request)
                return .json(Array("{\"remembered\":true}\n".utf8))
            default: throw ConsoleError.notFound
            }
        }
        switch request.path {
        case "/": return try overview()
        case "/triage": return try kept(request) { try triage(request) }
        case "/search": return try search(request)
        case "/endpoint": return try endpoint(request)
        case "/certificate": return try certificate(request)
        case "/graph", "/graph.svg", "/graph.graphml": return try graph(request)
        case "/sweeps": return try kept(request) { try sweeps(request) }
        case "/signatures": return try kept(request) { try signatures(request) }
        case "/decisions": return try decisions(request)
        // Browsers ask for it unasked.
        case "/favicon.ico": return ConsoleResponse(204, "image/x-icon", [])
        case "/assets/console.css":
            return ConsoleResponse(200, "text/css; charset=utf-8", Array(Assets.style.utf8))
        case "/assets/console.js":
            return ConsoleResponse(200, "text/javascript; charset=utf-8", Array(Assets.script.utf8))
        default: return try api(request)
        }
    }

    private func problem(_ request: ConsoleRequest, _ status: UInt32, _ text: String) -> ConsoleResponse {
        guard !request.path.hasPrefix("/api/") else {
            var body = ByteBuffer()
            body.append("{")
            body.member("error", text)
            body.append("}\n")
            return .json(Array(body.text.utf8), status: status)
        }
        let body: Markup = "<h1>That did not work</h1><p class=\"warning\">\(text)</p>"
        return .page(page("Error", "", body), status: status)
    }

    /// Calls `body` with a connection that nobody else uses: each sees one state of the corpus at a time, and
    /// whoever writes to it is not held up.
    func read<R>(_ body: (CorpusFile) throws -> R) throws -> R {
        let (corpus, file, place) = try reader()
        defer { readers.withLock { if $0.file == file, $0.place == place { $0.free.append(corpus) } } }
        return try body(corpus)
    }

    /// A connection to the file that stands at the path now.
    private func reader() throws -> (CorpusFile, FileIdentity, place: String) {
        guard let file = FileIdentity(path: path) else {
            let log = readers.withLock { $0.place } + "-wal"
            let rest =
                Self.isFilled(log) ? " What was written last stands in \(log): the two belong together." : ""
            throw ConsoleError(status: 503, text: "The corpus is not there any more: \(path).\(rest)")
        }
        let place = CorpusFile.place(of: path)
        let log = FileIdentity(path: place + "-wal")
        let known = try readers.withLock { readers throws -> CorpusFile? in
            if readers.file != file {
                // SQLite would take what stands in it for the new file's own.
                if let log, Self.isFilled(place + "-wal"), log == readers.log {
                    throw ConsoleError(
                        status: 503,
                        text:
                            "Another file stands at \(path), beside the write-ahead log of the former one, which would be "
                            + "read into it. Stop whatever uses it, remove \(place)-wal and \(place)-shm, and begin again."
                    )
                }
                Terminal.say("\(path): another file stands there now, which is shown from here on", .warning)
                // What was opened is closed before the new file is opened under the same name.
                readers = Readers(file: file, place: place, log: log, free: [])
            } else if readers.place != place {
                // The same file under another name, and a symbolic link where it was: what SQLite has kept
                // beside it stands there still.
                let former = readers.place + "-wal"
                if Self.isFilled(former) {
                    throw ConsoleError(
                        status: 503,
                        text:
                            "The corpus lies at \(place) now, where a symbolic link leads to, and what was written last stands in "
                            + "\(former): the two belong together. Stop whatever uses it, rename \(former) to \(place)-wal, "
                            + "remove \(readers.place)-shm, and begin again."
                    )
                }
                Terminal.say("\(path): the corpus lies at \(place) now", .warning)
                readers = Readers(file: file, place: place, log: log, free: [])
            }
            readers.log = log
            return readers.free.popLast()
        }
        return (try known ?? CorpusFile(path, .read), file, place)
    }

    /// Looks whether the corpus is still where it was, and says on standard error where it is not: whoever
    /// renamed or replaced it hears of it, also when nobody asks for a page.
    package func look() {
        var text = ""
        do { try read { _ in } } catch { text = (error as? ConsoleError)?.text ?? "" }
        let isNew = said.withLock { said in
            defer { said = text }
            return said != text
        }
        if isNew, !text.isEmpty { Terminal.say(text, .warning) }
    }

    private static func isFilled(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_size > 0
    }

    /// The answer to a request, made once for all who ask until the corpus has changed.
    func kept(_ request: ConsoleRequest, _ make: () throws -> ConsoleResponse) throws -> ConsoleResponse {
        try kept(Link.to(request.path, request.query), make)
    }

    func kept(_ key: String, _ make: () throws -> ConsoleResponse) throws -> ConsoleResponse {
        let state = KeptAnswers.State(
            decision: try read { try $0.lastDecision() },
            identity: FileIdentity(path: path),
            file: KeptAnswers.State.file(path)
        )
        return try answers.answer(key, state: state, make)
    }

    /// The rules, read once.
    func rules() throws -> ConsoleRule.Library {
        try library.withLock { library in
            if let library { return library }
            let read = try readRules()
            library = read
            return read
        }
    }

    /// Milliseconds since 1970.
    var now: Int { Int(WallClock.nanoseconds / 1_000_000) }

    /// What was decided and holds, and how many decisions can't be read.
    func decisionIndex(_ corpus: CorpusFile) throws -> (index: DecisionIndex, unread: Int) {
        var unread = 0
        let all = try DecidedLeads.decisions(in: corpus) { _ in unread += 1 }
        return (DecisionIndex(all, now: now), unread)
    }

    /// Records of a question, the newest first.
    func records(
        _ query: String,
        of unit: SearchUnit = .sightings,
        in corpus: CorpusFile,
        limit: Int,
        _ index: DecisionIndex? = nil
    ) throws -> [SeenRecord] {
        let reader = SeenRecordReader(index)
        var found: [SeenRecord] = []
        _ = try CorpusSearch(query, in: corpus, of: unit, now: now).records(limit: limit) { line in
            if let record = reader.read(line) { found.append(record) }
        }
        return found
    }
}

/// What is wrong with a request, as whoever sent it is told.
struct ConsoleError: Error {
    let status: UInt32
    let text: String

    static let notFound = ConsoleError(status: 404, text: "There is no such page.")

    static func wrong(_ text: String) -> ConsoleError { ConsoleError(status: 400, text: text) }
}
