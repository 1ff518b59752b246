package import Fetch
import Net

/// Followers of several logs on one loop.
package final class LogWork {
    private let loop: EventLoop
    private let fetcher: Fetcher
    private var followers: [LogFollower] = []
    /// Logs whose keys can't be used.
    package private(set) var unusable: [LogDescription] = []

    /// - Parameter states: where earlier runs left off, by the log's identifier.
    package init(
        _ logs: [LogDescription],
        _ states: [TreeHash: LogState],
        _ options: FollowOptions,
        _ network: Fetcher.Options,
        handler: any LogHandler
    ) throws(FetchError) {
        do throws(UVError) { loop = try EventLoop() } catch { throw FetchError(.local, "\(error)") }
        fetcher = try Fetcher(on: loop, network)
        for log in logs {
            if let follower = LogFollower(log, states[log.logID], options, fetcher, handler) {
                followers.append(follower)
            } else {
                unusable.append(log)
            }
        }
    }

    /// Whether something could not be proven.
    package var hasFailed: Bool { followers.contains(where: \.hasFailed) }

    /// Logs that are not read to the end.
    package var unfinished: Int { followers.count { !$0.isDone || $0.isAbandoned } }

    /// Logs that have never given a head, or give heads and no entries.
    package var silent: Int { followers.count { !$0.wasHeadSeen || $0.isStuck } }

    /// Reads until all logs are done, or until it is told to stop.
    ///
    /// - Parameters:
    ///   - milliseconds: how often `goesOn` is asked.
    ///   - goesOn: takes how far all logs are together; false stops.
    package func run(every milliseconds: UInt64, _ goesOn: @escaping ((read: UInt64, known: UInt64)) -> Bool)
    {
        guard !followers.isEmpty else { return }
        for follower in followers { follower.start() }
        // A timer that repeats itself does not keep a loop alive; while logs are read, this one has to.
        var tick: () -> Void = {}
        tick = { [unowned self] in
            let progress = followers.map(\.progress)
            let sum = (
                read: progress.reduce(UInt64(0)) { $0 &+ $1.read },
                known: progress.reduce(UInt64(0)) { $0 &+ $1.known }
            )
            guard goesOn(sum), followers.contains(where: { !$0.isDone }) else { return loop.stop() }
            loop.after(milliseconds: milliseconds, tick)
        }
        loop.after(milliseconds: milliseconds, tick)
        loop.run()
        tick = {}
        fetcher.cancelAll()
    }
}
