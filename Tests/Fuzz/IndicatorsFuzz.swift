import Bytes
import Foundation
import Glibc
import Indicators
import Observations

/// Lists and feeds of any form, and the index that is made of them: what is taken is found again.
func fuzzIndicators(_ bytes: [UInt8]) {
    let path = NSTemporaryDirectory() + "hallmark-fuzz-iocs-\(getpid())-\(UInt64.random(in: 0...(.max)))"
    defer { unlink(path) }
    guard (try? Data(bytes).write(to: URL(fileURLWithPath: path))) != nil else { return }
    let maps = [(try? TableMap(Array(indicatorMap.utf8), file: "map.yaml"))].compactMap(\.self)
    if let lists = try? IndicatorLists([path], maps: maps, cache: nil) {
        precondition(lists.index.count > 0 || lists.index.faultCount > 0 || lists.index.passedOver.total > 0)
        let record = #"{"server":{"ip":"203.0.113.7","port":443,"domain":"gate.example"}}"#
        let marks = KnownMarks(lists.index)
        let reader = ObservationReader()
        if let view = try? reader.read(Array(record.utf8).span) {
            withExtendedLifetime(reader) { precondition(marks.look(view, at: 0).count <= 32) }
        }
    }
    // The same bytes as a value, a mapping and an index.
    let text = bytes.prefix(1000)
    Array(text).withUnsafeBufferPointer { value in
        for kind in IndicatorKind.allCases { _ = IndicatorText.read(kind, value.span) }
        _ = IndicatorText.guess(value.span)
    }
    _ = try? TableMap(bytes, file: "map.yaml")
    let descriptor = open(path, O_RDONLY)
    if let index = IndicatorIndex(descriptor) { _ = index.faults }
    close(descriptor)
}

private let indicatorMap = """
    values: [{column: value, kind: {column: type}}]
    date: {column: date}
    """

func indicatorSeeds() -> [[UInt8]] {
    [
        "#! feed: x\n#! date: 2026-11-01\n203.0.113.7 # why\ngate.example\n203.0.113.0/24\nserial:0a1b\n*.example.com\n",
        "2026-10-02 12:10:08,d9ab9ed6f3b8f8c6e6b9e6d8a2f6e8e4c0ffee01,Dridex C&C\n2026-10-02 12:10:08,203.0.113.7,443\n",
        #"{"Event":{"info":"x","Tag":[{"name":"tlp:red"}],"Attribute":[{"type":"ip-dst|port","value":"203.0.113.7|443","uuid":"u"}]}}"#,
        #"{"type":"bundle","objects":[{"type":"indicator","id":"i","pattern_type":"stix","pattern":"[ipv4-addr:value = '203.0.113.7' OR x509-certificate:hashes.'SHA-1' IN ('a','b')]"}]}"#,
        "type,value,date\nip,203.0.113.7,2026-11-01\nname,\"gate.example\",\n",
        "0.0.0.0-255.255.255.254\n::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe\n",
    ].map { Array($0.utf8) }
}
