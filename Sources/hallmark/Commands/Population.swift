import Bytes
import Corpus
import Foundation
import HTTPClient
import Observations
import Pipeline
import Signatures
import Terminal

/// Reads a population and counts it.
struct Population {
    private(set) var count: PopulationCount
    /// Files that should hold members and don't, or that can't be read.
    private(set) var unreadable = 0
    /// Files in folders that are no population.
    private(set) var passedOver = 0

    private static let maximumPage = 16 << 20

    /// The software that the rules name; nil where nobody says what the members are.
    private let known: Set<String>?

    /// - Parameter isKnown: whether folders have the names of what their files show.
    init(_ set: RuleSet, isKnown: Bool) {
        count = PopulationCount(set)
        known = isKnown ? Set(set.rules.flatMap { $0.hallmark.software.map(\.name) }) : nil
    }

    mutating func add(path: String) {
        let before = count.members + unreadable
        defer {
            if count.members + unreadable == before {
                fail(path, "there is nothing in it that can be measured")
            }
        }
        guard FileManager.default.fileExists(atPath: path) else {
            return fail(path, "no such file or folder")
        }
        guard let folder = FolderFiles(path) else { return add(file: path, isNamed: true) }
        for fault in folder.faults { fail(fault) }
        for file in folder.files { add(file: file, isNamed: false) }
    }

    private mutating func add(file: String, isNamed: Bool) {
        let isAnswer = file.hasSuffix(".http")
        if isAnswer || file.hasSuffix(".html") || file.hasSuffix(".htm") {
            return add(page: file, isAnswer: isAnswer)
        }
        do {
            if isNamed { _ = try CertificateFile.look(at: file) }
            switch CertificateFile.kind(of: file) {
            case .ndjson: try add(sweep: file)
            case .pem, .der:
                let contents = try CertificateFile.contents(of: file)
                for fault in contents.faults { fail(fault) }
                for certificate in contents.certificates {
                    add(line: CertificateFile.line(certificate), file, nil)
                }
            case nil:
                if access(file, R_OK) != 0 {
                    fail(file, "can't be read")
                } else {
                    passedOver += 1
                }
            }
        } catch let error as FileError {
            fail(error)
        } catch {
            fail(file, "\(error)")
        }
    }

    private mutating func add(sweep file: String) throws {
        var reader = try LineReader(file)
        while let line = try reader.next({ [UInt8]($0) }) { add(line: line, file, reader.number) }
        for line in reader.skipped { fail("\(file):\(line)", "the line is longer than 64 MiB") }
    }

    private mutating func add(line: [UInt8], _ file: String, _ number: Int?) {
        let place = file + (number.map { ":\($0)" } ?? "")
        let truth: Calibration.Truth?
        do throws(UnknownTruth) { truth = try self.truth(of: file) } catch {
            return fail(place, error.message)
        }
        do throws(ObservationSyntaxError) { try count.add(line.span, showing: truth) } catch {
            if error.isConclusion { passedOver += 1 } else { fail(place, "\(error)") }
        }
    }

    private struct UnknownTruth: Error {
        let message: String
    }

    /// What the folder that a file lies in says of it.
    private func truth(of file: String) throws(UnknownTruth) -> Calibration.Truth? {
        guard let known else { return nil }
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().lastPathComponent
        if folder == "innocent" { return .innocent }
        guard known.contains(folder) else {
            throw UnknownTruth(message: "no rule names '\(folder)', and it is not called innocent")
        }
        return .software(folder)
    }

    /// Reads a page as the answer of a server to `GET /`, by the reader that scans have.
    private mutating func add(page file: String, isAnswer: Bool) {
        guard var bytes = try? AwaitedFile.bytes(of: file, limit: Self.maximumPage) else {
            return fail(file, "can't be read, or is longer than 16 MiB")
        }
        if !isAnswer {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: \(bytes.count)\r\n\r\n"
            bytes = Array(head.utf8) + bytes
        }
        let options = HTTPOptions()
        let plan = RequestPlan(options, asking: [])
        let probe = HTTPProbe(HTTPOrigin(isTLS: true, host: "page.invalid", port: 443), plan, options)
        _ = probe.connected()
        _ = probe.received(bytes.span)
        _ = probe.closed()
        guard let exchange = probe.exchanges.first else { return fail(file, "is no HTTP answer") }
        var line = ByteBuffer(capacity: 8192)
        line.append(0x7b)
        HTTPEncoder.encode(exchange, into: &line)
        line.append(0x7d)
        add(line: line.withSpan { span in span.indices.map { span[$0] } }, file, nil)
    }

    private mutating func fail(_ error: FileError) {
        unreadable += 1
        Terminal.say(error.description, .error)
    }

    private mutating func fail(_ file: String, _ message: String) {
        unreadable += 1
        Terminal.say("\(file): \(message)", .error)
    }
}
