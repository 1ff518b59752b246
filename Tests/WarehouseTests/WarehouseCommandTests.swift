import Foundation
import TestSupport
import Testing

@testable import Warehouse

/// `hallmark pivot --warehouse`: what it says where no answer can be had.
@Suite struct WarehouseCommandTests {
    private func pivot(_ arguments: [String]) throws -> CommandResult {
        try run(
            programPath,
            ["pivot"] + arguments,
            environment: ["HALLMARK_SIGNATURES": projectFolder + "/signatures", "NO_COLOR": "1"]
        )
    }

    @Test func oneStoreIsAsked() throws {
        let url = "http://127.0.0.1:1"
        for (arguments, words) in [
            ([], "either --corpus or --warehouse"),
            (["--corpus", "a", "--warehouse", url], "either --corpus or --warehouse"),
            (["--warehouse", url, "--clients"], "--clients goes with --corpus"),
            (["--corpus", "a", "--clickhouse-login", "b"], "goes with --warehouse"),
            (["--warehouse", "127.0.0.1:8123"], "--warehouse takes http://HOST:PORT"),
            (["--warehouse", "http://me:secret@127.0.0.1:8123"], "--warehouse takes no password"),
            (["--warehouse", "http://127.0.0.1:8123/?user=me&password=secret"], "takes no login"),
        ] {
            let result = try pivot(["192.0.2.1"] + arguments)
            #expect(result.status == 64 && result.errors.contains(words), "\(arguments) \(result.errors)")
        }
    }

    /// A server that gives one answer to everything.
    private func server(
        _ status: Int,
        _ body: String,
        length: Int? = nil,
        header: String = ""
    ) throws -> ServerProcess {
        let script = """
            import http.server, sys
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_POST(self):
                    self.rfile.read(int(self.headers['Content-Length']))
                    body = sys.argv[3].encode()
                    self.send_response(int(sys.argv[2]))
                    self.send_header('Content-Length', sys.argv[4])
                    if sys.argv[5]: self.send_header(*sys.argv[5].split('='))
                    self.end_headers()
                    self.wfile.write(body)
            http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
            """
        return try ServerProcess("python3") { port, _ in
            ["-c", script, "\(port)", "\(status)", body, "\(length ?? body.utf8.count)", header]
        }
    }

    @Test(
        arguments: [
            (
                404,
                "Code: 60. DB::Exception: Unknown table expression identifier 'hallmark'. (UNKNOWN_TABLE)",
                nil,
                "make it with `hallmark warehouse schema`"
            ),
            (
                404, "Code: 47. DB::Exception: Unknown identifier `pivot_certificate`. (UNKNOWN_IDENTIFIER)",
                nil,
                "is of an older version"
            ),
            (
                403, "Code: 516. DB::Exception: me: Authentication failed. (AUTHENTICATION_FAILED)", nil,
                "status 403"
            ),
            (400, "Code: 159. DB::Exception: Timeout exceeded. (TIMEOUT_EXCEEDED)", nil, "took longer than"),
            (200, #"{"data":[["1"]],"rows":1}"#, 40, "clickhouse 127.0.0.1"),
            (200, #"{"data":[["1"],["#, nil, "is no JSON, or was cut"),
            (200, #"{"data":[["1"]],"rows":2}"#, nil, "has 1 rows and says 2"),
            (200, "<html>", nil, "is no JSON, or was cut"),
            (200, #"{"hello":1}"#, nil, "is not ClickHouse's"),
            (200, #"{"data":[["many"]],"rows":1}"#, nil, "lacks a number"),
        ] as [(Int, String, Int?, String)]
    )
    func noAnswerIsNeverNothing(_ status: Int, _ body: String, _ length: Int?, _ words: String) throws {
        let server = try server(status, body, length: length)
        let result = try pivot(["192.0.2.1", "--warehouse", "http://127.0.0.1:\(server.port)"])
        #expect(result.status == 1 && result.text.isEmpty, "\(result.status) \(result.text)")
        #expect(result.errors.contains(words), "\(result.errors)")
    }

    @Test func aServerThatIsNotThereIsSaid() throws {
        let result = try pivot(["192.0.2.1", "--warehouse", "http://127.0.0.1:\(freePort())"])
        #expect(result.status == 1 && result.errors.contains("clickhouse 127.0.0.1"), "\(result.errors)")
    }

    /// Only what answers as ClickHouse does has stored a file: who removes it then would lose its records.
    @Test(arguments: [
        (200, "", "", false), (204, "", "X-ClickHouse-Summary={}", false),
        (200, "<html>Log in</html>", "", false),
        (200, "Code: 241. DB::Exception: Memory limit", "X-ClickHouse-Summary={}", false),
        (200, "", "X-ClickHouse-Exception-Code=241", false), (200, "", "X-ClickHouse-Summary={}", true),
        (200, "\n", "X-ClickHouse-Query-Id=a", true),
    ])
    func onlyClickHouseHasStoredIt(_ status: Int, _ body: String, _ header: String, _ isStored: Bool) throws {
        let scratch = Scratch()
        let file = try scratch.write("records", "{}\n")
        let server = try server(status, body, header: header)
        let clickHouse = try ClickHouse("http://127.0.0.1:\(server.port)", login: nil)
        guard !isStored else { return try clickHouse.insert(file: file, token: "a") }
        #expect(throws: (any Error).self) { try clickHouse.insert(file: file, token: "a") }
    }
}
