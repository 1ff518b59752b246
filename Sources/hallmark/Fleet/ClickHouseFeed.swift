import ArgumentParser
import Fetch
import Fleet
import Foundation
import Observations

/// ClickHouse as what whole files of records go on to: one insert a file.
///
/// A file that is inserted again has the same token, and the table of `hallmark warehouse schema` remembers
/// the tokens of its last ten thousand inserts: a second insert of it changes nothing.
struct ClickHouseFeed: RecordFeed {
    let name: String
    private let address: URLComponents
    private var headers: [(name: String, value: String)] = []

    /// Seconds that one insert may take.
    private static let patience = 600

    /// - Parameter login: a file with one line, `NAME:PASSWORD`.
    init(_ text: String, login: String?) throws {
        address = try Self.components(text)
        name = "clickhouse \(address.host ?? "") \(address.port ?? 0)"
        guard let login else { return }
        let line = String(decoding: try UnpackedBytes.contents(of: login, limit: 4096), as: UTF8.self)
        let parts = line.trimmingCharacters(in: .whitespacesAndNewlines).split(separator: ":", maxSplits: 1)
        guard parts.count == 2, !line.contains("\r") else {
            throw FileError(login, "expected one line, NAME:PASSWORD")
        }
        headers = [("X-ClickHouse-User", String(parts[0])), ("X-ClickHouse-Key", String(parts[1]))]
    }

    static func components(_ text: String) throws -> URLComponents {
        guard let parts = URLComponents(string: text), ["http", "https"].contains(parts.scheme),
            parts.host?.isEmpty == false
        else {
            throw ValidationError("--clickhouse takes http://HOST:PORT or https://HOST:PORT, not '\(text)'.")
        }
        guard parts.user == nil, parts.password == nil else {
            throw ValidationError("--clickhouse takes no password: --clickhouse-login names a file with it.")
        }
        return parts
    }

    func take(_ path: String, token: String) throws {
        var address = address
        let settings = [
            ("query", "INSERT INTO hallmark (record) FORMAT LineAsString"), ("insert_deduplicate", "1"),
            ("insert_deduplication_token", token),
            // The same file makes the same blocks, in the same order, whenever it is inserted.
            ("max_insert_threads", "1"), ("input_format_parallel_parsing", "0"), ("async_insert", "0"),
        ]
        address.queryItems =
            (address.queryItems ?? []) + settings.map { URLQueryItem(name: $0.0, value: $0.1) }
        if address.path.isEmpty { address.path = "/" }
        var request = FetchRequest(address.string ?? "")
        request.body = try UnpackedBytes.contents(of: path, limit: .max)
        request.headers = headers
        request.totalTimeout = Self.patience * 1000
        request.mostRedirects = 0
        request.mostAttempts = 5
        request.sayWaits()
        let answer = try Fetcher.answer(request, .init(userAgent: "hallmark/\(Hallmark.version)"))
        guard answer.isSuccess else {
            let words = String(decoding: answer.body.prefix(500), as: UTF8.self)
            throw FleetError("ClickHouse answers with status \(answer.status): \(words)")
        }
    }
}
