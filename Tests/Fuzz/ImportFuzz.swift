import Import
import Observations

/// A file of somebody else's, as what it looks like and as each thing that it could be.
func fuzzImport(_ bytes: [UInt8]) {
    for format in ForeignFormats.all {
        let run = ImportRun(ImportRun.Options()) { _ in }
        guard let input = try? ImportInput(bytes) else { return }
        _ = format.recognises(input.head)
        let reader = format.makeReader(run)
        _ = reader.priority(input.head)
        try? reader.read(input)
        try? reader.finish()
        try? run.finish()
        // Nothing is written that was not seen.
        precondition(run.counts.records <= run.counts.sightings)
    }
    let tree = JSONTree()
    let root = bytes.withUnsafeBytes { try? tree.read($0) }
    _ = root?.at("a.b")?.string
    _ = root?.parts.map(\.name)
}

func importSeeds() -> [[UInt8]] {
    let json = "{\"a\":{\"b\":[1,2.5,\"c\",null,true,{\"d.e\":18446744073709551615}]}}"
    let pem = "-----BEGIN CERTIFICATE-----\nMAoGCCqGSM49BAMCMAA=\n-----END CERTIFICATE-----\n"
    return [json, pem].map { Array($0.utf8) }
}
