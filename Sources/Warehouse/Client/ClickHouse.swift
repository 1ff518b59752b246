import Bytes
import Export
import Fetch
import Foundation
import Observations

/// ClickHouse by its HTTP interface: where it is, who asks, and what its refusals mean.
package struct ClickHouse: Sendable {
    /// Where it is, as messages name it.
    package let place: String
    private let address: URLComponents
    private let headers: [(name: String, value: String)]
    /// Told before another attempt: why, and after how many milliseconds it is made.
    package var onWait: (@Sendable (String, UInt64) -> Void)?

    /// Seconds that one insert and one answer may take.
    private static let insertPatience = 600
    private static let answerPatience = 300
    /// Bytes of an answer at most.
    private static let mostBytes = 64 << 20

    /// - Parameters:
    ///   - text: `http://HOST:PORT` or `https://HOST:PORT`.
    ///   - login: a file with one line, `NAME:PASSWORD`.
    package init(_ text: String, login: String?) throws {
        address = try Self.components(text)
        place = "clickhouse \(address.host ?? "") \(address.port ?? 0)"
        guard let login else {
            headers = []
            return
        }
        let line = String(decoding: try UnpackedBytes.contents(of: login, limit: 4096), as: UTF8.self)
        let parts = line.trimmingCharacters(in: .whitespacesAndNewlines).split(separator: ":", maxSplits: 1)
        guard parts.count == 2, !line.contains("\r") else {
            throw FileError(login, "expected one line, NAME:PASSWORD")
        }
        headers = [("X-ClickHouse-User", String(parts[0])), ("X-ClickHouse-Key", String(parts[1]))]
    }

    /// Says whether a text is an address of this interface.
    package static func check(_ text: String) throws(WarehouseError) { _ = try components(text) }

    private static func components(_ text: String) throws(WarehouseError) -> URLComponents {
        guard let parts = URLComponents(string: text), ["http", "https"].contains(parts.scheme),
            parts.host?.isEmpty == false
        else { throw WarehouseError("takes http://HOST:PORT or https://HOST:PORT, not '\(text)'.") }
        guard parts.user == nil, parts.password == nil else {
            throw WarehouseError("takes no password: --clickhouse-login names a file with it.")
        }
        let names = (parts.queryItems ?? []).map { $0.name.lowercased() }
        guard names.allSatisfy({ $0 != "user" && $0 != "password" }) else {
            throw WarehouseError("takes no login in its address: --clickhouse-login names a file with it.")
        }
        return parts
    }

    /// What no other table is called: the place, with the path and the database where its address names them.
    package var identity: String {
        let path = address.path == "/" ? "" : address.path
        let rest = path + (address.query.map { "?" + $0 } ?? "")
        return rest.isEmpty ? place : "\(place) \(rest)"
    }

    /// Inserts the lines of a file as records, once for each token.
    package func insert(file path: String, token: String) throws {
        var request = request([
            ("query", "INSERT INTO \(ClickHouseTable.name) (record) FORMAT LineAsString"),
            ("insert_deduplicate", "1"), ("insert_deduplication_token", token),
            // The same file makes the same blocks, in the same order, whenever it is inserted.
            ("max_insert_threads", "1"), ("input_format_parallel_parsing", "0"), ("async_insert", "0"),
        ])
        request.bodyFile = path
        request.totalTimeout = Self.insertPatience * 1000
        request.mostAttempts = 5
        request.wantedHeaders = [Self.exception] + Self.own
        let answer = try answer(to: request)
        guard answer.isSuccess, answer.headers[Self.exception] == nil else { throw refusal(answer) }
        // A portal or another server at the address answers with success, too, and has stored nothing.
        let isBlank = answer.body.allSatisfy { [0x20, 0x0a, 0x0d].contains($0) }
        guard answer.status == 200, isBlank, Self.own.contains(where: { answer.headers[$0] != nil }) else {
            throw WarehouseError("\(place): what answers there is no ClickHouse that has stored it")
        }
    }

    /// In the answer to a query that failed.
    private static let exception = "X-ClickHouse-Exception-Code"
    /// One of these is in each answer of ClickHouse's.
    private static let own = ["X-ClickHouse-Summary", "X-ClickHouse-Query-Id"]

    /// Asks, and reads each row of the answer.
    package func rows<Row>(
        _ query: WarehouseQuery,
        _ read: (WarehouseRow) throws(WarehouseError) -> Row
    ) throws(WarehouseError) -> [Row] {
        var request = request(
            [
                ("default_format", "JSONCompact"), ("wait_end_of_query", "1"),
                ("max_execution_time", "\(Self.answerPatience)"),
            ] + query.parameters
        )
        request.body = Array(query.text.utf8)
        request.bodyType = "text/plain"
        request.mostBytes = Self.mostBytes
        // The server ends by itself before.
        request.totalTimeout = (Self.answerPatience + 30) * 1000
        request.mostAttempts = 2
        let answer = try answer(to: request)
        guard answer.isSuccess else { throw refusal(answer) }
        do throws(WarehouseError) { return try WarehouseAnswer.rows(answer.body, read) } catch {
            throw WarehouseError("\(place): \(error)")
        }
    }

    private func request(_ items: [(String, String)]) -> FetchRequest {
        var address = address
        let own = (address.percentEncodedQuery ?? "").split(separator: "&").map(String.init)
        address.percentEncodedQuery = (own + items.map { "\($0)=\($1.percentEncoded)" }).joined(
            separator: "&"
        )
        if address.path.isEmpty { address.path = "/" }
        var request = FetchRequest(address.string ?? "")
        request.headers = headers
        request.mostRedirects = 0
        request.onWait = onWait
        return request
    }

    private func answer(to request: FetchRequest) throws(WarehouseError) -> FetchResponse {
        do throws(FetchError) {
            return try Fetcher.answer(request, .init(userAgent: "hallmark/\(Product.version)"))
        } catch { throw WarehouseError("\(place): \(error)") }
    }

    /// What a status and its words mean.
    private func refusal(_ answer: FetchResponse) -> WarehouseError {
        let words = String(decoding: answer.body.prefix(500), as: UTF8.self)
        func says(_ code: String) -> Bool { words.contains(code) }
        let table = "the table '\(ClickHouseTable.name)'"
        if says("UNKNOWN_TABLE") {
            return WarehouseError("\(place): \(table) is missing: make it with `hallmark warehouse schema`")
        }
        if says("UNKNOWN_IDENTIFIER"), says("pivot_") {
            return WarehouseError(
                "\(place): \(table) is of an older version, and lacks what a pivot goes by (Docs/fleet.md)"
            )
        }
        if says("TIMEOUT_EXCEEDED") {
            return WarehouseError("\(place): an answer took longer than \(Self.answerPatience) seconds")
        }
        return WarehouseError("\(place): ClickHouse answers with status \(answer.status): \(words)")
    }
}
