import Foundation
import HTTPClient
import Observations
import TestSupport
import Wire

/// What a reader makes of an answer.
struct Reading: Equatable {
    var isWhole = false
    var status = 0
    /// Values by lower-case name.
    var headers: [String: [String]] = [:]
    var body: [UInt8] = []
    var decoded: [UInt8] = []
    var redirect = ""
    var url = ""
    /// The first Location, as it stands.
    var location = ""
    var title: String?
    /// What the reader says of a failure.
    var remark = ""

    func value(_ aspect: Aspect) -> String {
        switch aspect {
        case .end: isWhole ? "whole" : "not whole"
        case .status: "\(status)"
        case .headers: headers.sorted { $0.key < $1.key }.map { "\($0): \($1)" }.joined(separator: "\n")
        case .body: String(decoding: body, as: UTF8.self) + " (\(body.count))"
        case .decoded: String(decoding: decoded, as: UTF8.self) + " (\(decoded.count))"
        case .redirect: redirect
        case .url: url
        case .title: title ?? "(none)"
        }
    }
}

/// Our own reading, over a socket as a scan has it.
func ourReading(_ index: Int, _ port: UInt16, _ row: AnswerRow) throws -> Reading {
    let origin = HTTPOrigin(isTLS: false, host: "a\(index).test", port: 80)
    var options = HTTPOptions()
    options.requests = 1
    // The first request of a plan is for `/`; redirects are resolved as if it had been for the row's path.
    let socket = try ClientSocket(port: port)
    let probe = HTTPProbe(origin, RequestPlan(options), options)
    guard case .send(let bytes) = probe.connected() else { return Reading() }
    let text = String(decoding: bytes, as: UTF8.self)
    socket.send(Array(text.replacing("GET / ", with: "GET /folder/\(index) ").utf8))
    while true {
        let bytes = socket.receive()
        let action = bytes.isEmpty ? probe.closed() : probe.received(bytes.span)
        if action == .finish || bytes.isEmpty { break }
    }
    guard var exchange = probe.exchanges.first else { return Reading() }
    exchange.request.target = "/folder/\(index)"
    var reading = Reading()
    reading.isWhole = exchange.end == .complete
    reading.status = exchange.status ?? 0
    for index in exchange.headers.indices {
        // curl writes each byte as a character.
        reading.headers[latin1(exchange.headers.name(index).map(lowercased)), default: []]
            .append(latin1(exchange.headers.value(index)))
    }
    reading.location = exchange.headers.text("location") ?? ""
    var reader = HTTPReader(method: "GET")
    reader.read(row.bytes.span)
    reader.closed()
    reading.body = reader.body
    reading.decoded = exchange.body
    if let target = exchange.redirectTarget {
        reading.url = target.origin.url(HTTPRequest("GET", target.target))
    }
    reading.redirect = reading.url
    reading.title = exchange.title
    reading.remark = exchange.anomalies.list.map(\.rawValue).joined(separator: " ")
    return reading
}

/// curl's readings of all rows, each without and with its content coding undone.
func curlReadings(_ rows: [AnswerRow], _ port: UInt16) throws -> [Reading] {
    let scratch = Scratch()
    var sections: [[String]] = []
    for index in rows.indices {
        for mode in ["plain", "compressed"] {
            sections.append([
                "url = \"http://a\(index).test/folder/\(index)\"",
                // Names of their own keep curl from using a connection twice.
                "connect-to = \"::127.0.0.1:\(port)\"",
                "output = \"\(scratch.file("\(mode)\(index)"))\"", "max-time = 20", "http0.9", "silent",
                "globoff",
                "write-out = \"%{exitcode}\\t%{http_code}\\t%{redirect_url}\\t%{errormsg}\\n%{header_json}\\n<end>\\n\"",
                mode == "plain" ? "" : "compressed",
            ])
        }
    }
    var parts: [String] = []
    while parts.count < sections.count {
        let text = sections[parts.count...].map { $0.joined(separator: "\n") }.joined(separator: "\nnext\n")
        let result = try run("curl", ["-q", "-K", try scratch.write("config", text)])
        parts += result.text.components(separatedBy: "\n<end>\n").dropLast()
        // Some answers end curl as a whole, before it writes anything of them.
        if parts.count < sections.count { parts.append("\(result.status)\t0\t\tcurl ended\n") }
    }
    return try rows.indices.map { index in
        var reading = try Reading(curl: parts[2 * index])
        reading.body = contents(scratch.file("plain\(index)"))
        reading.decoded = contents(scratch.file("compressed\(index)"))
        return reading
    }
}

private func latin1(_ bytes: some Sequence<UInt8>) -> String {
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: bytes.map { Unicode.Scalar($0) })
    return String(scalars)
}

private func contents(_ path: String) -> [UInt8] {
    FileManager.default.contents(atPath: path).map { [UInt8]($0) } ?? []
}

extension Reading {
    fileprivate init(curl text: String) throws {
        let fields = text.prefix { $0 != "\n" }.split(separator: "\t", omittingEmptySubsequences: false)
        guard fields.count >= 4 else { throw CommandFailure(description: "curl says: \(text)") }
        isWhole = fields[0] == "0"
        status = Int(fields[1]) ?? 0
        redirect = String(fields[2])
        remark = "curl \(fields[0]): \(fields[3])"
        let json = text.drop { $0 != "\n" }
        headers = (try? JSONSerialization.jsonObject(with: Data(json.utf8))) as? [String: [String]] ?? [:]
    }
}

/// `document.title` by html5lib, for bodies as they were decoded.
func html5libTitles(_ pages: [(body: [UInt8], type: String)]) throws -> [String?] {
    let input = try JSONSerialization.data(
        withJSONObject: pages.map { [Data($0.body).base64EncodedString(), $0.type] }
    )
    let script = """
        import base64, html5lib, json, sys
        from email.message import Message
        titles = []
        for body, kind in json.load(sys.stdin):
            message = Message()
            message["content-type"] = kind
            charset = message.get_content_charset()
            page = html5lib.parse(base64.b64decode(body), transport_encoding=charset)
            html = "{http://www.w3.org/1999/xhtml}"
            hidden = [t for template in page.iter(html + "template") for t in template.iter()]
            found = next((t for t in page.iter(html + "title") if t not in hidden), None)
            if found is None: titles.append(None)
            else: titles.append(" ".join(w for w in "".join(found.itertext()).translate(
                {9: " ", 10: " ", 12: " ", 13: " "}).split(" ") if w))
        json.dump(titles, sys.stdout)
        """
    let result = try check("/usr/bin/python3", ["-c", script], input: [UInt8](input))
    let titles = try JSONSerialization.jsonObject(with: Data(result.output)) as? [Any] ?? []
    return titles.map { $0 as? String }
}

/// References resolved by Node's `URL`; empty where it finds no place in HTTP.
func nodeURLs(_ pairs: [(reference: String, base: String)]) throws -> [String] {
    let input = try JSONSerialization.data(withJSONObject: pairs.map { [$0.reference, $0.base] })
    let script = """
        const pairs = JSON.parse(require("fs").readFileSync(0, "utf8"))
        console.log(JSON.stringify(pairs.map(([reference, base]) => {
            try {
                const url = new URL(reference, base)
                url.hash = url.username = url.password = ""
                return url.protocol.startsWith("http") ? url.href : ""
            } catch { return "" }
        })))
        """
    let result = try check("node", ["-e", script], input: [UInt8](input))
    return try JSONSerialization.jsonObject(with: Data(result.output)) as? [String] ?? []
}
