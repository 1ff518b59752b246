import Bytes
import Fetch
import Observations
import Terminal
import Transparency

extension LogList {
    /// Reads a list from a file or an address; entries that can't be read are said.
    static func read(_ place: String, _ network: Fetcher.Options) throws -> LogList {
        let bytes = try bytes(of: place, network)
        let list: LogList
        do throws(LogSyntaxError) {
            list = try LogList(bytes)
        } catch {
            throw FileError(place, error.description)
        }
        for fault in list.faults { Terminal.say("hallmark: \(place): passed over: \(fault)", .error) }
        if list.logs.isEmpty { throw FileError(place, "there is no log in it that can be read") }
        let now = Int(WallClock.nanoseconds / 1_000_000)
        if let made = RFC3339.milliseconds(list.timestamp), now - made > longestUse {
            Terminal.say(
                "hallmark: \(place): the list is of \(list.timestamp): logs that opened since are not on it",
                .warning
            )
        }
        return list
    }

    /// Milliseconds after which browsers put no trust in a list any more: seventy days.
    private static let longestUse = 70 * 86_400_000

    private static func bytes(of place: String, _ network: Fetcher.Options) throws -> [UInt8] {
        guard place.hasPrefix("https://") || place.hasPrefix("http://") else {
            return try UnpackedBytes.contents(of: place, limit: 64 << 20)
        }
        var request = FetchRequest(place)
        request.sayWaits()
        do throws(FetchError) {
            return try Fetcher.contents(request, network).body
        } catch {
            throw FileError(place, error.reason)
        }
    }
}
