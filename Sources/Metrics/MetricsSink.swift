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
            try Self.check(file: path)
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

    /// What is wrong with a text that is neither a file nor an address with a port; nil for what is one.
    package static func fault(of text: String) -> String? {
        if let path = file(text) {
            let isNumber = !path.isEmpty && path.utf8.allSatisfy { (0x30...0x39).contains($0) }
            if isNumber {
                return "\(path) is a port without an address: 127.0.0.1:\(path), or the file ./\(path)"
            }
            return path == "-" ? "-: is no file here: name one, or ./- for a file of that name" : nil
        }
        return MetricsServer.parts(text) == nil ? "\(text) is no ADDRESS:PORT" : nil
    }

    /// Finds out whether metrics could go there, and writes none.
    ///
    /// - Throws: as the initializer.
    package static func check(_ text: String) throws(MetricsError) {
        guard let path = file(text) else { return try MetricsServer.check(text) }
        try check(file: path)
    }

    /// Refuses what is there and no file: a new version takes its place, and a device would be gone.
    private static func check(file path: String) throws(MetricsError) {
        if let fault = fault(of: path) { throw MetricsError(description: fault) }
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw MetricsError(description: "\(path) is not a regular file")
        }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        if access(folder, W_OK) != 0 {
            throw MetricsError(description: "\(path): \(String(cString: strerror(errno)))")
        }
    }

    /// The port at which they are asked for; nil for a file.
    package var port: UInt16? { if case .server(let server) = place { server.port } else { nil } }

    package func write(_ metrics: MetricsText) throws(MetricsError) {
        switch place {
        case .server(let server): server.publish(metrics)
        case .file(let path):
            try Self.check(file: path)
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
