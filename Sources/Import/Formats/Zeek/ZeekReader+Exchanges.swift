import Observations
import Wire

/// http.log: what servers answered in the clear.
extension ZeekReader {
    func readExchange(_ row: ZeekRow, _ line: Int) throws {
        guard let (ip, port) = endpoint(row, line) else { return }
        // A request without an answer shows nothing of the server.
        guard let status = row.integer(.statusCode) else { return run.pass() }
        var draft = SightingDraft()
        draft.ip = ip
        draft.port = port
        draft.time = time(row, line)
        draft.client = client(row)
        draft.http = HTTPExchange(row, ip, port, status)
        let observation = run.begin(Self.exchangeSource)
        draft.fill(observation)
        try run.emit(observation, client: draft.client)
    }

    private static let exchangeSource = ImportSource(
        product: "zeek",
        format: "http.log"
    )
}
