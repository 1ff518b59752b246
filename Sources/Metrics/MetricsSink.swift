import Foundation
import Glibc

/// Where a run's metrics go: a file that is replaced whole, as node_exporter's textfile collector wants it,
/// or an address at which they are asked for.
package struct MetricsSink: Sendable {
    private enum Place: Sendable {
        case file(String)
        case server(MetricsServer)
    }

    private let place: Place

    /// Milliseconds between two versions.
    package let interval: UInt64

    /// - Parameter text: a file, or `ADDRESS:PORT`; what has a slash is a file.
    /// - Throws: when nobody could get the metrics: the run would be watched in vain.
    package init(_ text: String) throws(MetricsError) {
        if let path = Self.file(text) {
            if !path.isEmpty, path.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
                throw MetricsError(
                    description:
                        "\(path) is a port without an address: 127.0.0.1:\(path), or the file ./\(path)"
                )
            }
            try Self.check(path)
            place = .file(path)
            interval = 5000
            try write(MetricsText())
        } else {
            place = .server(try MetricsServer(text))
            interval = 1000
        }
    }

    /// The file that a text names; nil where it is an address.
    package static func file(_ text: String) -> String? {
        !text.contains("/") && text.contains(":") ? nil : text
    }

    /// Refuses what is there and no file: a new version takes its place, and a device would be gone.
    private static func check(_ path: String) throws(MetricsError) {
        if path == "-" {
            throw MetricsError(description: "-: is no file here: name one, or ./- for a file of that name")
        }
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw MetricsError(description: "\(path) is not a regular file")
        }
    }

    /// The port at which they are asked for; nil for a file.
    package var port: UInt16? { if case .server(let server) = place { server.port } else { nil } }

    package func write(_ metrics: MetricsText) throws(MetricsError) {
        switch place {
        case .server(let server): server.publish(metrics)
        case .file(let path):
            try Self.check(path)
            do {
                try Data(metrics.text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            } catch {
                let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
                let reason = cause.map { String(cString: strerror(CInt(clamping: $0.code))) }
                throw MetricsError(description: "\(path): \(reason ?? error.localizedDescription)")
            }
        }
    }
}
