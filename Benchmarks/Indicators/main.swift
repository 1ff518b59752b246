import Bytes
import Foundation
import Glibc
import Indicators
import Observations
import Signatures

// What lists of known infrastructure cost: `bench-indicators [ENTRIES] [RECORDS]`, ten million and 20,000 by
// default. Beside the lookup stands the reading of the same records, which each of them needs anyway.

let entries = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000_000
let wanted = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 20_000
let folder = NSTemporaryDirectory() + "hallmark-bench-\(getpid())"
try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(atPath: folder) }

/// Values without a pattern, the same each time.
struct Numbers {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }

    mutating func hex(_ count: Int) -> String {
        var text = ""
        while text.utf8.count < count {
            let part = String(next(), radix: 16)
            text += String(repeating: "0", count: 16 - part.utf8.count) + part
        }
        return String(text.prefix(count))
    }
}

func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

/// A number of the process in MiB, as the kernel tells it.
func memory(_ name: String) -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
    return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) / 1024
}

// A mixture such as feeds have: certificates, keys, fingerprints, serials, names, addresses, networks.
var numbers = Numbers(1)
let list = folder + "/list.txt"
try Data().write(to: URL(fileURLWithPath: list))
let file = try FileHandle(forWritingTo: URL(fileURLWithPath: list))
var text = "#! feed: bench\n#! date: 2026-11-01\n"
var bytes = 0
for number in 0..<entries {
    switch number % 10 {
    case 0, 1, 2: text += "sha256:" + numbers.hex(64)
    case 3, 4: text += numbers.hex(40)
    case 5: text += "key:" + numbers.hex(64)
    case 6: text += "serial:" + numbers.hex(32)
    case 7: text += "host-" + numbers.hex(12) + ".example"
    case 8: text += number % 100 == 8 ? numbers.hex(62) : numbers.hex(32)
    default:
        let address = numbers.next()
        let parts = (0..<4).map { "\(address >> UInt64(8 * $0) & 0xff)" }
        text +=
            number % 100 == 9
            ? parts.dropLast().joined(separator: ".") + ".0/24" : parts.joined(separator: ".")
    }
    text += "\n"
    if text.utf8.count > 1 << 20 || number == entries - 1 {
        try file.write(contentsOf: Data(text.utf8))
        bytes += text.utf8.count
        text = ""
    }
}
try file.close()
print("list: \(entries) entries, \(bytes >> 20) MiB")

let cache = CacheFolder(folder + "/cache")
let before = memory("RssAnon")
var start = now()
let made = try IndicatorLists([list], cache: cache)
print(
    String(
        format: "made: %.1f s (%.2f us an entry), %d MiB on disk, %d MiB of memory of its own",
        now() - start,
        (now() - start) * 1e6 / Double(entries),
        try indexSize() >> 20,
        memory("RssAnon") - before
    )
)
precondition(made.index.faultCount == 0, made.index.faults.first ?? "")
start = now()
let found = try IndicatorLists([list], cache: cache)
precondition(found.isFromCache)
print(String(format: "found again: %.2f s, all of it the list's digest", now() - start))

func indexSize() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: folder + "/cache").reduce(0) { sum, name in
        let status = try FileManager.default.attributesOfItem(atPath: folder + "/cache/" + name)
        return sum + (status[.size] as? Int ?? 0)
    }
}

// Records of a sweep, none of which is listed.
numbers = Numbers(2)
let records = (0..<wanted).map { number -> [UInt8] in
    let names = (0..<2 + number % 4).map { _ in "\"www-\(numbers.hex(8)).example.com\"" }.joined(
        separator: ","
    )
    let line = """
        {"@timestamp":"2026-11-18T10:00:00Z","event":{"kind":"event","dataset":"hallmark.observation","outcome":"success"},\
        "server":{"address":"192.0.2.\(number % 256)","ip":"192.0.2.\(number % 256)","port":443,"domain":"shop.example"},\
        "tls":{"client":{"server_name":"shop.example"},"server":{"hash":{"sha256":"\(numbers.hex(64).uppercased())",\
        "sha1":"\(numbers.hex(40).uppercased())","md5":"\(numbers.hex(32).uppercased())"},"ja3s":"\(numbers.hex(32))",\
        "jarm":"\(numbers.hex(62))","x509":{"serial_number":"\(numbers.hex(32).uppercased())","alternative_names":[\(names)],\
        "subject":{"common_name":["shop.example"]}}}},"hallmark":{"certificate":{"spki_sha256":"\(numbers.hex(64).uppercased())"}}}
        """
    return Array(line.utf8) + Array(repeating: 0x20, count: RecordPicker.padding)
}
let marks = KnownMarks(found.index)

/// The median time of a record in microseconds, over rounds.
func measure(_ body: (FieldView) -> Void) throws -> Double {
    let reader = ObservationReader()
    var rounds: [Double] = []
    for _ in 0..<9 {
        let start = now()
        for record in records {
            try record.withUnsafeBufferPointer { bytes in
                let line = UnsafeBufferPointer(rebasing: bytes[..<(bytes.count - RecordPicker.padding)])
                body(try reader.read(line, padded: true))
            }
        }
        rounds.append((now() - start) * 1e6 / Double(records.count))
    }
    return rounds.sorted()[4]
}

var hits = 0
let reading = try measure { if $0.count == 0 { hits += 1 } }
let both = try measure { hits += marks.look($0, at: 0).count }
print(
    String(format: "a record: read %.2f us, looked up %.2f us more; %d listed", reading, both - reading, hits)
)
print("the process: \(memory("VmHWM")) MiB at most, of which \(memory("RssAnon")) MiB are its own at the end")
