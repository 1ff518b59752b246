import Foundation

/// What collectors say in the broker's store of what they have stored: how far each job is, for who asks for
/// the status, and which shards, for other collectors.
final class StoredShards {
    private let bucket: Bucket
    /// Where this collector's folder is.
    private let place: String
    /// Whether what others have counts no more.
    private let wantsAll: Bool
    /// Whether something that others have has just ceased to count.
    private(set) var hasTakenOver = false
    private var said: [String: JobProgress] = [:]
    /// How many shards it was said of each key that they are here: they only become more.
    private var counts: [String: Int] = [:]

    init(_ bucket: Bucket, place: String, wantsAll: Bool) {
        self.bucket = bucket
        self.place = place
        self.wantsAll = wantsAll
    }

    /// Says how far each job is here.
    ///
    /// - Returns: all keys that there are.
    func begin(_ collector: Collector) throws -> [String] {
        hasTakenOver = false
        for var progress in try collector.progress() {
            (progress.collector, progress.place) = (collector.name, place)
            guard said[progress.job] != progress else { continue }
            let before = progress
            progress.time = Int(Date().timeIntervalSince1970)
            try bucket.put(Array(try JSONEncoder().encode(progress)), for: progress.key)
            said[progress.job] = before
        }
        return try bucket.keys()
    }

    private static func key(_ job: String, _ vantage: String, _ collector: String) -> String {
        "\(job).\(collector).\(vantage)"
    }

    /// Says which shards are here.
    func say(_ done: Set<UInt32>, _ job: String, _ vantage: String, _ collector: Collector) throws(FleetError)
    {
        let key = Self.key(job, vantage, collector.name)
        guard counts[key, default: 0] != done.count else { return }
        try bucket.put(ShardMap(done).bytes, for: key)
        counts[key] = done.count
    }

    /// Which shards others have, and where their folders are; if all is wanted here, what they have counts no
    /// more from now on.
    func others(
        _ job: String,
        _ vantage: String,
        among keys: [String],
        than collector: Collector
    ) throws(FleetError) -> (map: ShardMap, places: Set<String>) {
        var (map, places) = (ShardMap([]), Set<String>())
        for key in keys {
            let parts = key.split(separator: ".")
            guard parts.count == 3, parts[0] == job, parts[2] == vantage, parts[1] != collector.name else {
                continue
            }
            let other = "\(job).\(parts[1])"
            if wantsAll {
                for key in [key, other] where try bucket.value(of: key) != nil {
                    try bucket.remove(key)
                    hasTakenOver = true
                }
                continue
            }
            guard let entry = try bucket.value(of: key) else { continue }
            map.formUnion(ShardMap(bytes: entry.bytes))
            if let entry = try bucket.value(of: other),
                let progress = try? JSONDecoder().decode(JobProgress.self, from: Data(entry.bytes))
            {
                places.insert(progress.place)
            }
        }
        return (map, places)
    }
}
