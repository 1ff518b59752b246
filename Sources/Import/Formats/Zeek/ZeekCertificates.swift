import Bytes
import Observations

/// The certificates of x509.log, by their fingerprint and by the identifier that older layouts have.
///
/// The join looks back over as many certificates as the bound on memory allows, the newest of them; Zeek logs
/// a certificate again after a day, or never when it is told so.
struct ZeekCertificates {
    struct Certificate {
        var text: ReportedCertificate
        /// The DER, where the log has it.
        var bytes: [UInt8]
        /// Nanoseconds since 1970.
        var time: Int64
        /// What tells it from another one under the same name.
        var mark: UInt64
        var line: Int
        var file: String
        var isJoined = false

        var size: Int {
            let names = text.alternativeNames?.reduce(0) { $0 + $1.utf8.count + 32 } ?? 0
            let parts = (text.subject.text?.utf8.count ?? 0) + (text.issuer.text?.utf8.count ?? 0)
            return 768 + bytes.count + names + 3 * parts
        }
    }

    private var places: [String: Int] = [:]
    private var all: [Certificate?] = []
    private var base = 0
    private var size = 0
    private let maximumBytes: Int

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    /// Takes a certificate under its names.
    ///
    /// Of two that contradict each other the earlier one counts, in whatever order they come.
    ///
    /// - Returns: those that had to go for it and were never joined; whether it contradicts one that was
    ///   known; and whether none was.
    mutating func add(
        _ certificate: Certificate,
        _ names: [String]
    ) -> (lost: [Certificate], isOther: Bool, isNew: Bool) {
        if let known = names.compactMap({ places[$0] }).first(where: { [base] in $0 >= base }) {
            // The same one again, under another name or with what was missing.
            for name in names { places[name] = known }
            guard let before = all[known - base] else { return ([], false, false) }
            if before.mark == certificate.mark {
                if before.bytes.isEmpty {
                    all[known - base]?.bytes = certificate.bytes
                    size += certificate.bytes.count
                }
                return ([], false, false)
            }
            if (certificate.time, certificate.mark) < (before.time, before.mark) {
                all[known - base] = certificate
                all[known - base]?.isJoined = before.isJoined
                size += certificate.size - before.size
            }
            return ([], true, false)
        }
        let place = base + all.count
        for name in names { places[name] = place }
        all.append(certificate)
        size += certificate.size
        return (size > maximumBytes ? evict() : [], false, true)
    }

    /// Whether a certificate is known under all of these names, and no worse than it would be now.
    func knows(_ names: [String], _ mark: UInt64, withBytes: Bool) -> Bool {
        guard !names.isEmpty else { return false }
        return names.allSatisfy { name in
            guard let place = places[name], place >= base, let known = all[place - base] else { return false }
            return known.mark == mark && (!withBytes || !known.bytes.isEmpty)
        }
    }

    private mutating func evict() -> [Certificate] {
        var lost: [Certificate] = []
        var count = 0
        while size > maximumBytes / 4 * 3, count < all.count {
            if let certificate = all[count] {
                size -= certificate.size
                if !certificate.isJoined { lost.append(certificate) }
            }
            count += 1
        }
        base += count
        all.removeFirst(count)
        let base = base
        places = places.filter { $0.value >= base }
        return lost
    }

    /// A certificate by its fingerprint or identifier, which is joined now; it says whether it was before.
    mutating func take(_ name: String) -> Certificate? {
        guard let place = places[name], place >= base else { return nil }
        let found = all[place - base]
        all[place - base]?.isJoined = true
        return found
    }

    /// What no connection was joined with.
    var unjoined: [Certificate] { all.compactMap { $0 }.filter { !$0.isJoined } }
}
