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
        return list
    }

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
