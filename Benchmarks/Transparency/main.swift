import Bytes
import Foundation
import Glibc
import Observations
import PublicSuffix
import Transparency
import Wire

// What it costs to follow a log: hashing each entry, as who rebuilds the tree has to, and beside it reading
// the certificate, looking at its names for watched ones and their look-alikes, and keeping the root.
//
//   bench-transparency ENTRIES: entries of a synthetic log, made of the certificates of /etc/ssl/certs:
//   each second one is a precertificate's, which is held against its leaf.
//   bench-transparency lookalikes VARIANTS INNOCENT: what is called a look-alike (Benchmarks/lookalikes.sh).

if CommandLine.arguments.count == 4, CommandLine.arguments[1] == "lookalikes" {
    try Lookalikes.measure(variants: CommandLine.arguments[2], innocent: CommandLine.arguments[3])
    exit(0)
}

let count = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 1_000_000 : 1_000_000

/// Kilobytes that the process holds at this moment.
func residentKilobytes() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * Int(sysconf(Int32(_SC_PAGESIZE))) / 1024
}

func processorSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

let certificates =
    (try? CertificateFile.contents(of: "/etc/ssl/certs/ca-certificates.crt"))?.certificates ?? []
guard !certificates.isEmpty else { fatalError("no certificates in /etc/ssl/certs") }

func length(_ count: Int) -> [UInt8] {
    [16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
}

/// What the log signs of each certificate as a precertificate, and what it sends beside that: the
/// precertificate, and no chain.
let bodies = certificates.map { certificate in
    var index = CertificateIndex()
    _ = index.read(certificate.span)
    return CertificateBody.withoutTransparency(certificate.span, index)
}
let extras = certificates.map { length($0.count) + $0 + [0, 0, 0] }

/// A leaf of a certificate's entry, or of a precertificate's (RFC 6962, section 3.4).
func leaf(_ number: Int) -> [UInt8] {
    let isPrecertificate = !number.isMultiple(of: 2)
    let place = number / 2 % certificates.count
    let signed = isPrecertificate ? bodies[place] : certificates[place]
    var leaf: [UInt8] = [0, 0]
    leaf.reserveCapacity(signed.count + 60)
    for shift in stride(from: 56, through: 0, by: -8) {
        leaf.append(UInt8(truncatingIfNeeded: number >> shift))
    }
    leaf += [0, isPrecertificate ? 1 : 0]
    if isPrecertificate { leaf += repeatElement(7, count: 32) }
    for shift in [16, 8, 0] { leaf.append(UInt8(truncatingIfNeeded: signed.count >> shift)) }
    leaf += signed
    leaf += [0, 0]
    return leaf
}

let suffixes = try PublicSuffixList.load(named: nil, executable: CommandLine.arguments[0])
var list = WatchList()
var brands: [String] = []
for number in 0..<100 {
    let name = "watched-brand-\(number).example.com"
    if let watched = WatchedName(name) { list.add(watched) }
    brands.append("brand\(number)holding.com")
}
let finder = LookalikeFinder(
    Array(brands.prefix(20)),
    suffixes: suffixes,
    skeletons: SkeletonTable(""),
    words: ["login", "secure"]
)
let freshWatch = CertificateWatch(list, finder, suffixes, burst: 50)

func hashAlone() -> Double {
    let start = processorSeconds()
    var last = TreeHash.empty
    for number in 0..<count { last = .leaf(leaf(number).span) }
    precondition(last != .empty)
    return processorSeconds() - start
}

func follow() -> (seconds: Double, resident: [Int]) {
    let start = processorSeconds()
    var tree = CollapsedTree()
    var reader = IssuedCertificateReader()
    let watch = freshWatch
    var (resident, found): ([Int], Int) = ([], 0)
    for number in 0..<count {
        var entry = LogEntry(index: UInt64(number), leaf: leaf(number))
        precondition(entry.kind == .certificate || entry.read(extra: extras[number / 2 % extras.count]))
        tree.add(leaf: .leaf(entry.leaf.span))
        let (certificate, isFalse) = reader.read(&entry)
        precondition(!isFalse)
        if let certificate { found += watch.concerns(certificate).count }
        if number % max(1, count / 10) == 0 { resident.append(residentKilobytes()) }
    }
    precondition(tree.size == UInt64(count) && tree.root != .empty && found >= 0)
    return (processorSeconds() - start, resident)
}

let alone = hashAlone()
let (seconds, resident) = follow()
func rate(_ seconds: Double) -> Int { Int(Double(count) / max(seconds, 1e-9)) }
print("entries: \(count), of \(certificates.count) certificates")
print("hashing alone: \(rate(alone)) a second")
print(
    "hash, read, match, root: \(rate(seconds)) a second, \(String(format: "%.2f", seconds / alone)) times hashing alone"
)
print("resident: \(resident.map { "\($0 / 1024)" }.joined(separator: " ")) MiB, a tenth after another")
