import Bytes
import Observations
import Wire

/// Zeek's ssl.log with its x509.log, conn.log and http.log, in TSV or JSON.
///
/// x509.log is read first and remembered, so that a connection finds its certificates wherever they were
/// logged. What was logged of certificates and stands in no connection becomes a record without an endpoint.
final class ZeekReader: ForeignReader {
    static let format = ForeignFormat(
        name: "zeek",
        title: "Zeek's ssl.log, x509.log, conn.log and http.log, as TSV or JSON",
        recognises: { log($0) != nil },
        priority: { head in
            switch log(head) {
            case .x509: 0
            case .conn: 1
            case .ssl: 2
            default: 3
            }
        },
        makeReader: { ZeekReader($0) }
    )

    let run: ImportRun
    var certificates: ZeekCertificates
    private var connections = ZeekConnections()
    /// Whether connections of ssl.log or http.log have been read, and where conn.log went on behind them.
    private var hasConnections = false
    private var late: (file: String, line: Int)?
    private var fingerprints = KnownTexts()
    /// Connections whose certificates were not logged yet.
    private var waiting: [Waiting] = []
    private static let mostWaiting = 50_000
    /// How long a connection of a log that grows waits for its certificates, in nanoseconds: Zeek writes them
    /// within seconds of each other.
    private static let longestWait: Int64 = 30_000_000_000

    private struct Waiting {
        var draft: SightingDraft
        let chain: [String]
        let key: SightingKey
        let line: Int
        let file: String
        /// When it came, in nanoseconds since 1970.
        let since: Int64
    }

    private init(_ run: ImportRun) {
        self.run = run
        certificates = ZeekCertificates(maximumBytes: run.options.maximumBytes)
    }

    /// Which log a file is, by its head; nil for none of Zeek's.
    private static func log(_ head: FileHead) -> ZeekLog? {
        for line in head.lines.prefix(32) {
            guard line.hasPrefix("#") else { break }
            if line.hasPrefix("#path") {
                let name = line.dropFirst(5).drop { !$0.isLetter && !$0.isNumber }
                return ZeekLog(rawValue: name.trimmingSuffix()) ?? .other
            }
        }
        guard head.first == 0x7b, head.hasMember("ts") || head.hasMember("_path") else { return nil }
        let first = head.firstLine
        func has(_ name: String) -> Bool { first.contains("\"\(name)\"") }
        if has("certificate.serial") || has("certificate.subject") { return .x509 }
        guard has("uid") else { return nil }
        guard has("id.orig_h") || has("id") else { return nil }
        if has("established") || has("cert_chain_fps") || has("cert_chain_fuids") || has("server_name") {
            return .ssl
        }
        if has("method") || has("status_code") { return .http }
        if has("conn_state") || has("orig_bytes") || has("history") { return .conn }
        return has("_path") ? .other : nil
    }

    func read(_ input: ImportInput) throws {
        try ZeekTable.rows(input, run) { log, row, number in
            switch log {
            case .ssl:
                hasConnections = true
                try readConnection(row, number)
            case .x509: try readCertificate(row, number)
            case .conn:
                readSize(row, number)
                run.pass()
            case .http:
                hasConnections = true
                try readExchange(row, number)
            // Where names point is `PassiveDNSFile`'s to read.
            case .dns, .other: run.pass()
            }
        }
    }

    private func readSize(_ row: ZeekRow, _ line: Int) {
        let before = connections.late
        switch connections.add(row, isLate: hasConnections) {
        case .taken: break
        case .unreadable: run.remark("bytes or a duration of conn.log that can't be read", line: line)
        case .full: run.remark("connections of conn.log beyond the 2,000,000 that are remembered", line: line)
        }
        if late == nil, connections.late > before { late = (run.file, line) }
    }

    func settle() throws {
        let held = waiting
        waiting = []
        let now = WallClock.nanoseconds
        for held in held {
            let isLast = now &- held.since > Self.longestWait
            try give(
                held.draft,
                held.chain,
                held.key,
                held.line,
                in: held.file,
                since: held.since,
                isLast: isLast
            )
        }
    }

    func finish() throws {
        for held in waiting {
            try give(held.draft, held.chain, held.key, held.line, in: held.file, isLast: true)
        }
        waiting = []
        for certificate in certificates.unjoined { try give(certificate) }
        if let late, connections.late > 0 {
            run.remark(
                "connections of conn.log that came behind those of ssl.log and http.log, which lack their bytes",
                count: connections.late,
                line: late.line,
                in: late.file
            )
        }
    }

    // MARK: ssl.log

    private func readConnection(_ row: ZeekRow, _ line: Int) throws {
        guard let (ip, port) = endpoint(row, line) else { return }
        let time = time(row, line)
        var client = client(row)
        if run.options.keepsClients {
            client.ja3 = row.bytes(.ja3).map { fingerprints.text($0) }
            client.ja4 = row.bytes(.ja4).map { fingerprints.text($0) }
        }
        let leaf = row.firstBytes(.chain) ?? row.firstBytes(.chainFiles)
        // Without a certificate the server's answer is what tells one from another.
        let shown = leaf.map { [$0] } ?? [row.bytes(.ja3s), row.bytes(.version), row.bytes(.cipher)]
        let moment = time == 0 ? run.options.clock() : time
        let key = SightingKey(
            ip: ip,
            port: port,
            serverName: row.bytes(.serverName),
            certificate: shown,
            time: moment
        )
        // Most connections are of an endpoint that was met before: nothing else of them is read.
        if run.sight(key, at: moment, client: client) { return }
        var draft = SightingDraft()
        draft.ip = ip
        draft.port = port
        draft.time = time
        draft.client = client
        draft.serverName = row.text(.serverName)
        draft.take(row) { run.remark($0, line: line) }
        let chain = (row.list(.chain) ?? []).isEmpty ? row.list(.chainFiles) ?? [] : row.list(.chain) ?? []
        try give(draft, Array(chain.prefix(64)), key, line, isLast: false)
    }

    /// Joins a connection with its certificates, or keeps it until they come.
    private func give(
        _ known: SightingDraft,
        _ chain: [String],
        _ key: SightingKey,
        _ line: Int,
        in file: String? = nil,
        since: Int64? = nil,
        isLast: Bool
    ) throws {
        var draft = known
        var isWhole = true
        for (place, name) in chain.enumerated() {
            if let found = certificates.take(name) {
                if !found.isJoined { run.pass() }
                if place == 0 {
                    draft.certificate = found.text
                } else {
                    draft.chain.append(found.text)
                }
                if draft.certificates.count == place, !found.bytes.isEmpty {
                    draft.certificates.append(found.bytes)
                }
            } else {
                isWhole = false
                var rest = ReportedCertificate()
                rest.setDigest(name)
                if place == 0 {
                    rest.subject = draft.certificate.subject
                    rest.issuer = draft.certificate.issuer
                    draft.certificate = rest
                } else if !rest.isEmpty {
                    draft.chain.append(rest)
                }
            }
        }
        if !isWhole, !isLast, waiting.count < Self.mostWaiting {
            return waiting.append(
                Waiting(
                    draft: known,
                    chain: chain,
                    key: key,
                    line: line,
                    file: file ?? run.file,
                    since: since ?? WallClock.nanoseconds
                )
            )
        }
        if !isWhole {
            run.remark("a connection whose certificates stand in no x509.log", line: line, in: file)
        }
        let known = draft.certificates.isEmpty ? draft.chain.count + 1 : draft.certificates.count
        draft.showsChain = known == chain.count
        let observation = run.begin(Self.connectionSource)
        draft.fill(observation)
        try run.emit(observation, client: draft.client, key: key)
    }

    private static let connectionSource = ImportSource(
        product: "zeek",
        format: "ssl.log"
    )

    // MARK: what all have

    func time(_ row: ZeekRow, _ line: Int) -> Int64 {
        if let time = row.time(.ts), time != 0 { return time }
        run.remark("a line without a time that can be read", line: line)
        return 0
    }

    /// Which server a row is about; nil when it does not say, which is counted.
    func endpoint(_ row: ZeekRow, _ line: Int) -> (IPAddress, UInt16)? {
        guard let ip = row.address(.serverIP) else {
            run.skip(
                row.has(.serverIP) ? "a server's address that can't be read" : "no server's address",
                line: line
            )
            return nil
        }
        guard let port = row.integer(.serverPort).flatMap({ UInt16(exactly: $0) }) else {
            run.skip(
                row.has(.serverPort) ? "a server's port that can't be read" : "no server's port",
                line: line
            )
            return nil
        }
        return (ip, port)
    }

    func client(_ row: ZeekRow) -> ImportClient {
        guard run.options.keepsClients else { return ImportClient() }
        var client = connections.client(row)
        client.ip = row.address(.clientIP)
        return client
    }
}

extension Substring {
    fileprivate func trimmingSuffix() -> String { String(prefix { $0.isLetter || $0.isNumber || $0 == "_" }) }
}
