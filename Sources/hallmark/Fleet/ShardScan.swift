import ArgumentParser
import Fleet
import Foundation
import Observations
import Terminal

/// One scan of one shard: a scan of this program whose records go to the broker as they come.
struct ShardScan {
    enum Outcome {
        /// All records are stored.
        case done(ResultHeader.Done)
        /// Somebody shall scan it anew, after some seconds.
        case again(String, seconds: Int)
        case cancelled
    }

    let ready: JobDesk.Ready
    let place: ShardPlace
    let delivery: QueuedMessage
    let broker: Broker
    let worker: String
    /// What the worker's operator adds to every scan.
    let own: [String]
    let slice: RateSlice?
    let isStopped: () -> Bool
    let isCancelled: () -> Bool
    let note: (String) -> Void
    let count: (UInt64) -> Void

    /// How often the broker is told that the shard is being scanned.
    private static let beat = Duration.seconds(1)

    /// What ends a scan before its end.
    private enum End { case stopped, cancelled, sliceLost }

    func run() -> Outcome {
        let attempt = String(UUID().uuidString.lowercased().filter { $0 != "-" }.prefix(12))
        let summaryFile = "\(ready.folder)/summary-\(attempt).json"
        defer { unlink(summaryFile) }
        let child: ChildProcess
        do {
            let orders = ScanOrders(words: arguments(summaryFile), refusesSpecial: ready.refusesSpecial)
            // Its arguments stand in its orders: everybody on the machine can read what stands here.
            child = try ChildProcess(
                CommandLine.executable,
                ["scan", "--shard=\(place.number)/\(ready.job.shards)"],
                environment: ["\(WorkerOrders.variable)=1", "\(ConfigurationFile.variable)=/dev/null"],
                orders: try orders.message()
            )
        } catch {
            return .again("\(error)", seconds: 10)
        }
        let tellsAddresses = ready.job.options.contains { $0.name == "all-addresses" }
        let publisher = ResultPublisher(place, attempt: attempt, tellsAddresses: tellsAddresses, on: broker)
        do {
            if let end = try pump(child, publisher) {
                child.stop()
                switch end {
                case .cancelled: return .cancelled
                case .stopped: return .again("the worker was told to end", seconds: 0)
                case .sliceLost: return .again("its part of the rate could not be held", seconds: 1)
                }
            }
            let code = child.wait()
            var done = try ended(code, summaryFile)
            if done.lost > 0, delivery.attempts < 3 {
                return .again("\(counted(done.lost, "endpoint")) could not be looked at here", seconds: 10)
            }
            done.records = publisher.records
            try publisher.finish(done) { wait($0, child) == nil }
            return .done(done)
        } catch {
            child.stop()
            return .again("\(error)", seconds: 10)
        }
    }

    private func arguments(_ summary: String) -> [String] {
        var words = ["scan"] + ready.arguments
        words += [
            "--shard=\(place.number)/\(ready.job.shards)", "--format=ndjson", "--progress=never", "--quiet",
        ]
        words.append("--summary=\(summary)")
        let part = ready.job.slice
        if let rate = part.rate { words.append("--rate=\(rate)") }
        if let perNetwork = part.perNetwork { words.append("--per-network=\(perNetwork)") }
        return words + own + ["--"] + ready.job.targets
    }

    /// Sends what the scan writes until its end.
    ///
    /// - Returns: why it has to end before; nil when it came to its end.
    private func pump(_ child: ChildProcess, _ publisher: ResultPublisher) throws -> End? {
        var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        // Bytes of a record that is not whole yet.
        var held = 0
        var beaten = ContinuousClock.now
        var sent = ContinuousClock.now
        var before: UInt64 = 0
        while true {
            keep(child)
            let reading = child.read(
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[held...]),
                milliseconds: 500
            )
            if case .some(let count) = reading {
                let filled = UnsafeRawBufferPointer(rebasing: buffer[..<(held + count)])
                held = filled.count
                if let end = filled.lastIndex(of: 0x0a) {
                    var reason: End?
                    try publisher.add(UnsafeRawBufferPointer(rebasing: filled[...end])) { error in
                        reason = wait(error, child)
                        return reason == nil
                    }
                    held = filled.count - end - 1
                    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: filled[(end + 1)...]))
                    self.count(publisher.records - before)
                    before = publisher.records
                } else if held == buffer.count {
                    // A record that is longer than the buffer.
                    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * held, alignment: 16)
                    larger.copyMemory(from: filled)
                    buffer.deallocate()
                    buffer = larger
                }
            }
            if reading == .end { break }
            let now = ContinuousClock.now
            // Of a slow scan, what is there goes out at once.
            if now - sent > .seconds(1) {
                try publisher.send { wait($0, child) == nil }
                sent = now
            }
            if isStopped() { return .stopped }
            if now - beaten > Self.beat {
                beaten = now
                delivery.extend()
                if isCancelled() { return .cancelled }
            }
            if let slice, !slice.renew() { return .sliceLost }
        }
        guard held == 0 else { throw FleetError("the scan ended within a record") }
        return nil
    }

    /// Lets the scan go on for a while: as long as its part of the rate is held, or until somebody else is
    /// given the shard.
    private func keep(_ child: ChildProcess) { child.allow(slice?.left ?? .seconds(FleetStreams.lease)) }

    /// Waits for a broker that takes nothing now.
    ///
    /// - Returns: why it is not to be waited for any longer.
    private func wait(_ error: FleetError, _ child: ChildProcess) -> End? {
        keep(child)
        note("\(error); waiting")
        usleep(500_000)
        delivery.extend()
        if isStopped() { return .stopped }
        if let slice, !slice.renew() { return .sliceLost }
        return nil
    }

    /// What a scan came to that ended by itself.
    private func ended(_ code: CInt, _ summaryFile: String) throws -> ResultHeader.Done {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        // With code 1 it has done its work as well as this machine could, if there is a summary.
        guard [0, 1].contains(code), let data = try? Data(contentsOf: URL(fileURLWithPath: summaryFile)),
            let summary = try? decoder.decode(ScanSummary.self, from: data), !summary.interrupted
        else { throw FleetError("the scan ended with code \(code)") }
        var done = ResultHeader.Done(worker: worker)
        done.endpoints = summary.targets ?? 0
        done.lost = summary.lostHere
        done.seconds = summary.end.timeIntervalSince(summary.start)
        done.cpuSeconds = summary.cpuSeconds
        return done
    }
}
