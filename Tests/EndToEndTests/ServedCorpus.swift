import Foundation
import TestSupport
import Testing

/// A console over a corpus of its own.
struct ServedCorpus {
    static let token = "a-token-of-the-tests-0123456789-abcdefgh"
    let scratch: Scratch
    let server: ServerProcess
    var corpus: String { scratch.file("seen.sqlite") }
    var address: String { "http://127.0.0.1:\(server.port)" }

    init(_ lines: String) throws {
        let scratch = Scratch()
        try scratch.write("sweep.ndjson", lines)
        try scratch.write("token", Self.token + "\n")
        let corpus = scratch.file("seen.sqlite")
        let added = try Program.run(["corpus", "add", "--corpus", corpus, scratch.file("sweep.ndjson")])
        guard added.status == 0 else { throw CommandFailure(description: added.errors) }
        self.scratch = scratch
        server = try ServerProcess(Program.path, scratch: scratch) { port, scratch in
            [
                "serve", "--corpus", corpus, "--listen", "127.0.0.1:\(port)", "--token-file",
                scratch.file("token"),
            ]
        }
    }

    /// Status and answer, the head before the body.
    func ask(_ path: String, _ arguments: [String] = []) throws -> (status: Int, text: String) {
        let result = try TestSupport.run(
            "curl",
            ["-s", "-i", "--path-as-is", "--max-time", "60", "-w", "\n%{http_code}"] + arguments + [
                address + path
            ]
        )
        let lines = result.text.split(separator: "\n", omittingEmptySubsequences: false)
        return (Int(lines.last ?? "") ?? 0, lines.dropLast().joined(separator: "\n"))
    }

    /// As a browser that has opened the printed address.
    func get(_ path: String, _ arguments: [String] = []) throws -> (status: Int, text: String) {
        try ask(path, ["-b", "hallmark_\(server.port)=\(Self.token)"] + arguments)
    }

    func api(_ path: String) throws -> [String: Any] {
        let answer = try ask(path, ["-H", "Authorization: Bearer \(Self.token)"])
        let body = answer.text.split(separator: "\r\n\r\n", maxSplits: 1).last ?? ""
        #expect(answer.status == 200, "\(path): \(answer.text)")
        return try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
    }

    /// The key that stands in the forms.
    func formKey() throws -> String {
        let page = try get("/triage").text
        let found = try #require(page.firstMatch(of: /name="key" value="([0-9a-f]{64})"/))
        return String(found.1)
    }

    /// Adds records to the corpus that is shown.
    func add(_ lines: String) throws {
        let file = try scratch.write("more-\(UUID().uuidString).ndjson", lines)
        let added = try Program.run(["corpus", "add", "--corpus", corpus, file])
        guard added.status == 0 else { throw CommandFailure(description: added.errors) }
    }
}
