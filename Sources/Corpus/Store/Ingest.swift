import Bytes
import GRDB
import Observations
import Wire

/// What a batch of records did to the corpus.
package struct IngestCounts: Equatable, Sendable {
    /// Records that were read, whether the corpus had them or not.
    package var records = 0
    /// Observations that the corpus did not have yet.
    package var added = 0
    package var certificates = 0
    package var endpoints = 0
    package var failures = 0
    /// What comparisons, audits and watches of logs said.
    package var findings = 0
    /// Findings without a name, or of which one line has too many.
    package var unreadFindings = 0
    /// Lines that are not records, and records without an address or a time.
    package var malformed = 0
    /// The first of these lines in its file, from 1.
    package var firstMalformed: Int?
    /// Why the first of them is none.
    package var firstReason: String?
    /// Records of what others saw that name no endpoint, and no certificate by its SHA-256.
    package var nameless = 0
    /// Records that tell names or times of a certificate and not its SHA-256, by which it would be kept.
    package var untold = 0
    /// Records with neither a certificate nor a mark: nothing leads to them, and they are not kept.
    package var markless = 0
    /// Lines of ours that are no records: findings, and counts of correlation rules.
    package var conclusions = 0
    /// Leads that were left out, because no Hallmark said them of a record of its own.
    package var foreign = 0
    /// Why the file could not be read to its end.
    package var fault: String?

    package init() {}

    package static func += (left: inout IngestCounts, right: IngestCounts) {
        left.records += right.records
        left.added += right.added
        left.certificates += right.certificates
        left.endpoints += right.endpoints
        left.failures += right.failures
        left.findings += right.findings
        left.unreadFindings += right.unreadFindings
        left.malformed += right.malformed
        left.nameless += right.nameless
        left.untold += right.untold
        left.markless += right.markless
        left.conclusions += right.conclusions
        left.foreign += right.foreign
        left.firstReason = left.firstMalformed == nil ? right.firstReason : left.firstReason
        left.firstMalformed = left.firstMalformed ?? right.firstMalformed
        left.fault = left.fault ?? right.fault
    }
}

/// Puts records into the tables, within a transaction of the caller's.
///
/// It lives as long as its connection. Counts of marks are gathered and written by `flush`, which has to be
/// called before the transaction is committed.
final class Ingest {
    private let db: Database
    private let hash: SipHash
    private let statements: IngestStatements
    private let completion: CertificateCompletion
    private let tree = JSONTree()
    private let contacts: ContactStatements
    private let found: FoundFacts
    private let listed: ListedFacts
    private let clients: ClientPolicy
    private var pending = PendingMarks()
    private var appearances: [UInt64: Int] = [:]
    private var scans: [String: (first: Int, last: Int, count: Int)] = [:]
    private(set) var counts = IngestCounts()

    init(_ db: Database, hash: SipHash, clients: ClientPolicy) throws {
        self.db = db
        self.hash = hash
        self.clients = clients
        statements = try IngestStatements(db)
        completion = try CertificateCompletion(db, hash: hash)
        contacts = try ContactStatements(db)
        found = try FoundFacts(db, hash: hash)
        listed = try ListedFacts(db)
    }

    /// How many marks wait to be written.
    var pendingMarks: Int { pending.count }

    /// Adds one record that has been read.
    ///
    /// - Parameter line: of the record, with `RecordPicker.padding` readable bytes behind it.
    func add(_ record: RecordPicker, _ line: UnsafeRawBufferPointer, now: Int) throws {
        let told = try addFindings(record, line)
        guard record.text(.dataset) != LineKind.finding.datasets.first else {
            if told == 0 { countMalformed() }
            return
        }
        // What a log holds answers on no endpoint, whatever address somebody wrote beside it.
        guard record.text(.dataset) != RecordDataset.logged.rawValue, let ip = record.endpointAddress,
            let port = record.integer(.port), (0...65535).contains(port),
            let time = record.text(.timestamp).flatMap({ RFC3339.milliseconds($0) })
        else {
            let isPlaceless = !record.has(.address) && !record.has(.ip)
            // What was imported, or stands in a store, may be a certificate on no endpoint.
            if isPlaceless, let digest = CertificateFacts.sha256(record) {
                counts.records += 1
                _ = try certificate(digest, record, now)
            } else if isPlaceless, record.text(.dataset) == RecordDataset.imported.rawValue {
                counts.nameless += 1
            } else if record.has(.errorCode), record.has(.address) {
                // A target that has no address, such as a name without one, can't be an endpoint.
                counts.records += 1
            } else {
                countMalformed("it names no endpoint with a port")
            }
            return
        }
        counts.records += 1
        let name = (record.text(.serverName) ?? record.text(.domain) ?? "").lowercased()
        let target = CorpusEndpoint(ip: ip, port: port, name: name, transport: Transport(record))
        let known = try statements.endpoint(target, db)
        guard record.text(.outcome) != "failure" else {
            // Somebody else's connection that showed no certificate, as none of TLS 1.3 does, is no failure.
            guard let known, record.text(.dataset) != RecordDataset.imported.rawValue else { return }
            counts.failures += try statements.addFailure(
                known,
                time,
                record.text(.errorCode) ?? "unknown",
                db
            )
            return
        }
        let service = ServiceFacts(record)
        let digest = CertificateFacts.sha256(record)
        let names: [RecordField] = [.subject, .issuer, .notAfter, .subjectText, .end]
        if digest == nil, names.contains(where: record.has) { counts.untold += 1 }
        guard digest != nil || !service.marks.isEmpty else {
            counts.markless += 1
            return
        }
        let endpoint = try known ?? newEndpoint(target)
        let certificate = try digest.map { try self.certificate($0, record, now) } ?? 0
        let seen = SeenPeriod(record, time)
        if known != nil, let moment = try statements.moment(endpoint, certificate, time, db) {
            // The same day of a log that has grown since: what is new of it counts.
            if seen.count > moment.count {
                try statements.addMoment(endpoint, certificate, time, moment.sighting, seen.count, db)
                try statements.extendSighting(moment.sighting, seen, seen.count &- moment.count, db)
            }
            // Two of one moment may be of two clients: logs whose times are seconds have many.
            try addClients(record, endpoint, certificate, seen, isMore: false)
            // Rules and lists may have been asked since.
            return try addConclusions(record, line, moment.sighting, time)
        }
        counts.added += 1
        let sighting = try sighting(endpoint, certificate, service, seen)
        try statements.addMoment(endpoint, certificate, time, sighting, seen.count, db)
        try addClients(record, endpoint, certificate, seen, isMore: true)
        try addConclusions(record, line, sighting, time)
        if let scan = record.text(.scan) {
            let old = scans[scan] ?? (time, time, 0)
            scans[scan] = (min(old.first, time), max(old.last, time), old.count + 1)
        }
    }

    /// - Returns: how many findings the record tells.
    private func addFindings(_ record: RecordPicker, _ line: UnsafeRawBufferPointer) throws -> Int {
        guard let time = record.text(.timestamp).flatMap({ RFC3339.milliseconds($0) }) else { return 0 }
        let told = try found.addFindings(record, line, time, db)
        counts.findings += told.kept
        counts.unreadFindings += told.unread
        counts.foreign += told.foreign
        return told.kept
    }

    private func addClients(
        _ record: RecordPicker,
        _ endpoint: Int,
        _ certificate: Int,
        _ seen: SeenPeriod,
        isMore: Bool
    ) throws {
        for contact in Contact.all(record, seen, clients) {
            try contacts.add(contact, endpoint, certificate, isMore: isMore, db)
        }
    }

    /// Adds a certificate that was seen on no endpoint.
    func addCertificate(_ record: RecordPicker, now: Int) throws {
        guard let digest = CertificateFacts.sha256(record) else { return countMalformed() }
        counts.records += 1
        _ = try certificate(digest, record, now)
    }

    /// Writes what was gathered.
    func flush() throws {
        try pending.write(db, statements)
        for (id, scan) in scans { try statements.addScan(id, scan.first, scan.last, scan.count, db) }
        scans.removeAll(keepingCapacity: true)
    }

    func countMalformed(_ reason: String? = nil) {
        if counts.malformed == 0 { counts.firstReason = reason }
        counts.malformed += 1
    }

    func countConclusion() { counts.conclusions += 1 }

    private func newEndpoint(_ endpoint: CorpusEndpoint) throws -> Int {
        counts.endpoints += 1
        return try statements.insertEndpoint(endpoint, db)
    }

    private func certificate(_ sha256: [UInt8], _ record: RecordPicker, _ now: Int) throws -> Int {
        func der() -> [UInt8]? {
            // What was put together from what a log has signed was never a certificate: it has no DER.
            guard !record.has(.isReconstructed) else { return nil }
            return record.withBytes(.chainDER) { [UInt8](base64: $0) } ?? nil
        }
        // Most certificates are known: nothing else of them is read then.
        if let known = try statements.certificate(sha256, record, db) {
            if known.lacksDER, let der = der() { try statements.complete(known.id, der, db) }
            if known.mayLack || !record.has(.x509) && CertificateParts.mayBeDotted(record),
                let facts = try completion.complete(known.id, from: record, &pending, statements, db)
            {
                try addNames(facts, known.id)
            }
            return known.id
        }
        guard let facts = CertificateFacts(record) else { return 0 }
        counts.certificates += 1
        let id = try statements.insertCertificate(
            facts,
            CertificateParts(record, tree),
            record,
            der(),
            now,
            db
        )
        for mark in facts.marks { pending.add(mark, id: mark.id(hash), certificate: id) }
        try addNames(facts, id)
        return id
    }

    private func addNames(_ facts: CertificateFacts, _ id: Int) throws {
        for name in Set(facts.names.map(ReversedName.init)) { try statements.addName(name.text, id, db) }
    }

    private func sighting(
        _ endpoint: Int,
        _ certificate: Int,
        _ service: ServiceFacts,
        _ seen: SeenPeriod
    ) throws -> Int {
        let appearance = try appearance(service)
        if let known = try statements.sighting(endpoint, certificate, appearance, db) {
            try statements.extendSighting(known, seen, seen.count, db)
            return known
        }
        for mark in service.marks { pending.count(mark, id: mark.id(hash)) }
        return try statements.insertSighting(endpoint, certificate, appearance, seen, db)
    }

    private func appearance(_ service: ServiceFacts) throws -> Int {
        let text = service.text
        let digest = hash.hash(text)
        if let known = appearances[digest] { return known }
        if appearances.count > 200_000 { appearances.removeAll(keepingCapacity: true) }
        let number = Int64(bitPattern: digest)
        let id: Int
        if let known = try statements.appearance(number, db) {
            id = known
        } else {
            id = try statements.insertAppearance(number, text, db)
            for mark in service.marks { try statements.addAppearanceMark(mark.id(hash), id, db) }
        }
        appearances[digest] = id
        return id
    }

    /// Adds the leads that a Hallmark said of its own record.
    ///
    /// A line of another program, which has no dataset of ours, may say of itself whatever it wants.
    /// Remembers what rules and lists say of a sighting; what was said before stays, each once.
    private func addConclusions(
        _ record: RecordPicker,
        _ line: UnsafeRawBufferPointer,
        _ sighting: Int,
        _ time: Int
    ) throws {
        try addLeads(record, sighting, time)
        counts.foreign += try found.addMatches(record, line, sighting, db)
        counts.foreign += try listed.add(record, line, sighting, time, db)
    }

    private func addLeads(_ record: RecordPicker, _ sighting: Int, _ time: Int) throws {
        let leads = record.leads
        guard record.has(.dataset) else {
            counts.foreign += leads.count
            return
        }
        for lead in leads {
            let against = lead.against?.prefix(Self.mostAgainst).map(Self.oneLine)
            try statements.addLead(
                sighting,
                lead.software,
                lead.id,
                lead.confidence,
                time,
                against: against?.joined(separator: "\n"),
                db
            )
        }
    }

    private static let mostAgainst = 32

    private static func oneLine(_ text: String) -> String {
        String(text.prefix(1000).map { $0.isNewline ? " " : $0 })
    }
}

/// A host name with its labels in reverse order: `com.example.www`.
struct ReversedName: Hashable {
    let text: String

    init(_ name: String) {
        text = name.lowercased().split(separator: ".").reversed().joined(separator: ".")
    }
}
