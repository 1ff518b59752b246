import Bytes
import Logging

/// How what is said on standard error is written.
package enum LogFormat: String, CaseIterable, Sendable {
    /// A line for a person.
    case text
    /// A JSON object a line, with the names of the Elastic Common Schema.
    case json
}

/// How much it matters what is said, in the words of swift-log.
package enum LogLevel: String, CaseIterable, Sendable {
    case trace, debug, info, notice, warning, error, critical

    var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
}

/// Writes the events of swift-log to standard error.
struct LogWriter: LogHandler {
    let format: LogFormat
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(_ format: LogFormat, from level: LogLevel) {
        self.format = format
        logLevel = level.level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let text = SafeText.terminal(event.message.description)
        switch format {
        case .text: Terminal.put(line: text)
        case .json: Terminal.put(line: Self.object(text, event.level))
        }
    }

    private static func object(_ text: String, _ level: Logger.Level) -> String {
        var line = ByteBuffer()
        line.append("{")
        line.member("@timestamp", RFC3339.text(Int(WallClock.nanoseconds / 1_000_000)))
        line.member("log.level", level.rawValue)
        line.member("message", text)
        line.member("ecs.version", "9.0.0")
        line.member("service.name", "hallmark")
        line.append("}")
        return line.withSpan { span in String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
    }
}
