import Glibc
import Scan
import Targets
import Wire

/// A list of targets: each item alone, and all of them as targets, exclusions and ports.
func fuzzTargets(_ bytes: [UInt8]) {
    var builder = TargetPlanBuilder(TargetOptions(ports: PortSet(1...3), seed: UInt64(bytes.count)))
    for line in bytes.split(separator: 0x0a).prefix(20) {
        for item in line.split(separator: 0x20) { check(Array(item)) }
        builder.add(argument: String(decoding: line, as: UTF8.self))
    }
    fuzzList(bytes)
    guard let plan = try? builder.finish() else { return }
    var walk = TargetWalk(plan)
    var seen: Set<Target> = []
    while let target = walk.next(), seen.count < 100 {
        var key = target
        key.sequence = 0
        precondition(seen.insert(key).inserted)
    }
    precondition(seen.count == min(100, plan.share))
}

/// The same bytes as one list in standard input, whoever wrote it.
private func fuzzList(_ bytes: [UInt8]) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    defer { close(ends[0]) }
    // What a pipe holds without a reader.
    let count = min(bytes.count, 60_000)
    let written = write(ends[1], bytes, count)
    close(ends[1])
    guard written == count else { return }
    var builder = TargetPlanBuilder(TargetOptions())
    guard let plan = try? builder.finish(), let feed = try? TargetFeed(plan, input: ends[0]) else { return }
    var targets: [Target] = []
    while targets.count < 1000, case .targets = feed.pull(100, into: &targets) {}
    for issue in feed.takeIssues().first {
        precondition(issue.why.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7f || $0 == "…" })
    }
}

func targetSeeds() -> [[UInt8]] {
    let texts = [
        "192.0.2.1\n192.0.2.0/24:443,8443\n8.0.0.3-8.0.0.9\n9.0.0.1-7 # a range\n",
        "2a00::1\n[2a00::2]:443 [2a00::/120]:1-9\n2a00::5-2a00::9\n::ffff:8.0.0.1 64:ff9b::8.0.0.1",
        "example.com a.example:443 https://b.example:8443/x?y#z http://[2a00::1]/ 8.0.0.1,sni.example",
        "8.0.0.1:443,8443,sni.example [2a00::1]:443,sni.example *.c.example _x.d.example. xn--bcher-kva.example",
    ]
    let lists = [
        "#masscan\nopen tcp 443 8.0.0.1 1795000000\nbanner tcp 443 8.0.0.1 1795000000 ssl x\n",
        "Timestamp: 1\tHost: 8.0.0.2 ()\tPorts: 8443/open/tcp//a//, 1/closed/tcp//b///\nHost: 8.0.0.1 ()\tStatus: Up\n",
        "saddr,sport,success\n8.0.0.1,443,1\n\"8.0.0.2\",8443,0\n", "host;ip\na.example;8.0.0.1\n",
        "[\n{\"ip\":\"8.0.0.1\",\"ports\":[{\"port\":443,\"proto\":\"tcp\",\"status\":\"open\"}]},\n]\n",
        "8.0.0.1, a.example, tag, 443\n8.0.0.1 a.example b\n8.0.0.1 - 8.0.0.2\n8.0.0.1 443\n8.0.0.1,443\n",
        "\u{feff}8.0.0.1\r\n",
    ]
    var wide: [UInt8] = []
    for byte in "8.0.0.1\n".utf8 { wide += [byte, 0] }
    var seeds = (texts + lists).map { Array($0.utf8) }
    seeds += [[0xff, 0xfe] + wide, wide]
    return seeds
}

private func check(_ item: [UInt8]) {
    _ = try? PortSet(parsing: item.span)
    _ = try? Shard(parsing: String(decoding: item, as: UTF8.self))
    _ = try? Exclusions([String(decoding: item.drop { $0 == UInt8(ascii: "@") }, as: UTF8.self)])
    if let address = IPAddress(item.span) { precondition(IPAddress(address.description) == address) }
    do throws(AddressSyntaxError) {
        let spec = try TargetSpec(parsing: item.span)
        precondition((try? TargetSpec(parsing: spec.description)) == spec)
    } catch {
        // Whatever came in, the message is fit for a terminal.
        precondition(error.why.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7f || $0 == "…" })
    }
}

/// A checkpoint file, whose progress a feed takes up.
func fuzzCheckpoint(_ bytes: [UInt8]) {
    guard let checkpoint = try? Checkpoint(reading: bytes) else { return }
    var builder = TargetPlanBuilder(TargetOptions())
    builder.add(argument: "8.0.0.0/28")
    guard let plan = try? builder.finish() else { return }
    _ = PlanFingerprint(plan, readsStandardInput: false).differences(from: checkpoint.plan)
    guard let feed = try? TargetFeed(plan, resume: checkpoint.progress) else { return }
    var targets: [Target] = []
    _ = feed.pull(100, into: &targets)
    precondition(targets.count <= 16)
    _ = feed.progress
}

func checkpointSeeds() -> [[UInt8]] {
    let text = """
        {"version":1,"scan_id":"x","counts":{"success":4},"output":{"path":"o","offset":9},
        "plan":{"targets":{"count":1,"digest":"00"},"reads_standard_input":false,"ports":"443",
        "exclusions":{"count":0,"digest":"00"},"scope":{"name":"s","digest":"00"},"include_special":false,
        "seed":7,"shard":"1/1","in_order":false,"endpoints":"16"},
        "progress":{"low_water":3,"done":[[5,6],[9,9]],"input":{"lines":2,"digest":"00"},
        "written":[{"address":"8.0.0.1","port":443,"server_name":"a"}]}}
        """
    return [Array(text.utf8)]
}
