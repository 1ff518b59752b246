import Corpus
import Export
import Foundation
import Observations
import TestSupport
import Warehouse

/// One sweep in a corpus and in a table of ClickHouse, which is chdb behind its HTTP interface.
final class WarehouseLab: Sendable {
    let sweep: [String]
    let corpus: CorpusFile
    let url: String
    let login: String
    private let server: ServerProcess
    private let scratch: Scratch

    init() throws {
        let tools = projectFolder + "/Tests/Tools"
        try check(
            "env",
            [
                "-C", tools, "python3", "-B", "-c",
                "import os, packages, run_sql; packages.install(os.path.join(os.path.dirname(packages.FOLDER), "
                    + "'python-clickhouse'), run_sql.PACKAGES['clickhouse'])",
            ]
        )
        let scratch = Scratch()
        let sweep = SyntheticSweep()
        let path = try scratch.write("sweep.ndjson", sweep.text)
        let schema = try scratch.write("schema.sql", ClickHouseTable.text())
        server = try ServerProcess("python3") { port, _ in
            ["-B", tools + "/clickhouse_http.py", "\(port)", schema, "loses-nothing"]
        }
        url = "http://127.0.0.1:\(server.port)"
        login = try scratch.write("login", "me:a secret\n")
        self.sweep = sweep.lines
        self.scratch = scratch
        corpus = try CorpusFile(scratch.file("corpus.sqlite"), .write)
        guard case .added(let counts) = try corpus.add(sweep: path), counts.fault == nil else {
            throw CommandFailure(description: "the corpus did not take the sweep")
        }
        try clickHouse().insert(file: path, token: "sweep")
    }

    var corpusPath: String { scratch.file("corpus.sqlite") }

    func clickHouse() throws -> ClickHouse { try ClickHouse(url, login: login) }

    func store(_ options: PivotOptions = PivotOptions()) throws -> WarehousePivotStore {
        WarehousePivotStore(try clickHouse(), since: options.since, until: options.until)
    }

    func write(_ name: String, _ text: String) throws -> String { try scratch.write(name, text) }

    /// What both say, with labels in place of the numbers that each gives out, in no order.
    static func lines(_ answer: PivotAnswer) throws -> [String] {
        var labels: [String: String] = [:]
        for result in answer.seeds + answer.results {
            let place = result.places.first.map { "\($0.endpoint) \($0.name)" } ?? ""
            labels[result.id] = result.isEndpoint ? place : result.sha256
        }
        func canonical(_ value: Any) throws -> String {
            let data = try JSONSerialization.data(
                withJSONObject: value,
                options: [.sortedKeys, .fragmentsAllowed]
            )
            return String(decoding: data, as: UTF8.self)
        }
        return try answer.ndjson(queries: false).split(separator: "\n").map { line in
            var object =
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            for name in ["id", "via"] {
                if let id = object[name] as? String { object[name] = labels[id] ?? "?" }
            }
            for name in ["shared", "endpoints"] {
                if let list = object[name] as? [Any] { object[name] = try list.map(canonical).sorted() }
            }
            return try canonical(object)
        }.sorted()
    }
}
