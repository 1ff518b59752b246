import ArgumentParser
import Bytes
import Corpus

/// From when to when.
struct PeriodOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only what was seen at or after this time (RFC 3339 or a date).",
            valueName: "time"
        ),
        transform: PeriodOptions.time
    )
    var since: Int?

    @Option(
        help: ArgumentHelp("Only what was seen at or before this time.", valueName: "time"),
        transform: PeriodOptions.time
    )
    var until: Int?

    /// Milliseconds since 1970; a number of days is meant from now on backwards.
    static func age(_ text: String) throws -> Int {
        guard text.last == "d", let days = Int(text.dropLast()), (0...36_500).contains(days) else {
            return try time(text)
        }
        return Int(WallClock.nanoseconds / 1_000_000) - days * 86_400_000
    }

    /// Milliseconds since 1970.
    static func time(_ text: String) throws -> Int {
        guard let time = RFC3339.milliseconds(text) else {
            throw ValidationError("'\(text)' is not a time: use 2026-11-22 or 2026-11-22T03:31:00Z")
        }
        return time
    }
}
