import Foundation

/// A share of a job's rate, held as long as a shard of it is scanned.
///
/// The job's rate is cut into as many equal slices as the job says. Who scans a shard holds one, as a key in
/// the store that it writes anew every few seconds. A worker that dies writes no more, and its slice is free
/// after `FleetStreams.sliceLease` seconds: its scan has ended by then, as it ends with the worker. A worker
/// that cannot reach the store ends its scan before the store forgets the slice, and the scan of one that
/// stands still ends by itself before that. So there are never more scans than slices.
package final class RateSlice {
    private let bucket: Bucket
    private let key: String
    private let holder: [UInt8]
    private var revision: UInt64
    private var renewed: ContinuousClock.Instant

    private static let pause = Duration.seconds(FleetStreams.sliceLease / 6)
    private static let longest = Duration.seconds(FleetStreams.sliceLease / 2)
    /// How long after it was renewed a scan may use it that hears nothing more: what is left is for its end.
    private static let usable = Duration.seconds(FleetStreams.sliceLease * 2 / 3)

    private init(
        _ bucket: Bucket,
        _ key: String,
        _ holder: [UInt8],
        _ revision: UInt64,
        _ time: ContinuousClock.Instant
    ) {
        self.bucket = bucket
        self.key = key
        self.holder = holder
        self.revision = revision
        renewed = time
    }

    /// Takes a slice that is free; nil when none is.
    package static func take(of job: FleetJob, holder: String, in bucket: Bucket) throws(FleetError)
        -> RateSlice?
    {
        for number in 1...max(1, job.slices) {
            let key = "\(job.id).\(number)"
            let bytes = Array(holder.utf8)
            let time = ContinuousClock.now
            guard try bucket.value(of: key) == nil, let revision = try bucket.create(bytes, for: key) else {
                continue
            }
            return RateSlice(bucket, key, bytes, revision, time)
        }
        return nil
    }

    /// Says that it is still held, when it is time to.
    ///
    /// - Returns: false when it is not certain any more that nobody else gets it: whoever uses it stops.
    package func renew() -> Bool {
        let now = ContinuousClock.now
        guard now - renewed > Self.pause else { return true }
        do throws(FleetError) {
            guard let next = try bucket.update(holder, for: key, revision: revision) else { return false }
            revision = next
            // From before the question: the store counts from when it was written, which is later.
            renewed = now
        } catch {}
        return ContinuousClock.now - renewed < Self.longest
    }

    /// How long a scan may use it from now, if it is not renewed any more.
    package var left: Duration { Self.usable - (ContinuousClock.now - renewed) }

    /// Gives it back, as long as nobody else can hold it: a removal that is sent late would be of theirs.
    package func free() {
        guard bucket.isReachable, ContinuousClock.now - renewed < Self.longest else { return }
        try? bucket.remove(key)
    }
}
