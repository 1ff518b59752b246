import Foundation

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

    /// The port at which they are asked for; nil for a file.
    package var port: UInt16? { if case .server(let server) = place { server.port } else { nil } }

    package func write(_ metrics: MetricsText) throws(MetricsError) {
        switch place {
        case .server(let server): server.publish(metrics)
        case .file(let path):
            do {
                try Data(metrics.text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            } catch {
                throw MetricsError(description: "\(path): \(error.localizedDescription)")
            }
        }
    }
}
