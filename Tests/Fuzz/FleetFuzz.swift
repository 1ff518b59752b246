import Fleet
import Foundation

/// What a queue holds, from whoever can write there.
func fuzzFleet(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { message in
        guard let (header, lines) = ResultHeader.split(message) else { return }
        precondition(lines.count < message.count && header.sequence >= 0)
    }
    let signed = SignedJob(bytes)
    precondition((try? signed.job(trusting: [])) == nil, "nobody signed it")
    if let job = try? signed.unchecked(), job.fault(now: job.created) == nil {
        precondition(job.slices > 0 && (job.slice.rate ?? 0).isFinite)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    if let place = ShardPlace(subject: text) {
        precondition(ShardPlace(subject: place.workSubject) == place)
        precondition(ShardPlace(subject: place.resultSubject) == place)
    }
}

/// A message of records, the last message of a scan, a job, a subject.
func fleetSeeds() -> [[UInt8]] {
    let job = """
        {"created":1,"endpoints":4,"expires":2,"files":[],"id":"j1","options":[{"name":"ports","value":"443"}],"plan":"",\
        "rate":10.5,"seed":7,"shards":2,"slices":4,"special":[],"targets":["192.0.2.0/30"],"vantages":["any"],"version":1}
        """
    return [
        #"{"attempt":"a1","sequence":0,"tells_addresses":false}"# + "\n{\"server\":{}}\n",
        #"{"attempt":"a1","done":{"cpu_seconds":1,"endpoints":1,"lost":0,"records":1,"seconds":1.5,"worker":"w"},"#
            + #""sequence":1,"tells_addresses":true}"# + "\n",
        "{\"key\":\"AA\",\"signature\":\"BB\"}\n" + job, "hallmark.work.any.j1.7",
    ]
    .map { Array($0.utf8) }
}
