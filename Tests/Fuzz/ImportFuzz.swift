import Import
import Observations

/// A file of somebody else's, as what it looks like and as each thing that it could be.
func fuzzImport(_ bytes: [UInt8]) {
    let mapped = fuzzedMappings.map { MappedReader.format($0) }
    for format in ForeignFormats.builtIn + mapped {
        let run = ImportRun(ImportRun.Options()) { _ in }
        guard let input = try? ImportInput(bytes) else { return }
        _ = format.recognises(input.head)
        let reader = format.makeReader(run)
        _ = format.priority(input.head)
        try? reader.read(input)
        try? reader.settle()
        try? reader.finish()
        try? run.finish()
        // Nothing is written that was not seen.
        precondition(run.counts.records <= run.counts.sightings)
    }
    _ = try? MappingReader.read(bytes, file: "fuzz")
    _ = ForeignTime.nanoseconds(bytes)
    _ = ForeignTime.seconds(bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    _ = ReportedName(text: text)
    _ = ForeignText.version(text)
    _ = ForeignText.serial(hex: text)
    _ = ForeignText.serial(decimal: text)
    _ = bytes.withUnsafeBytes(ForeignCertificate.read)
    let tree = JSONTree()
    let root = bytes.withUnsafeBytes { try? tree.read($0) }
    _ = root?.at("a.b")?.string
    _ = root?.parts.map(\.name)
}

/// One of each kind of input, with fields of each kind.
private let fuzzedMappings: [Mapping] = ["json", "csv", "tsv", "key-value", "words"].compactMap { input in
    let columns = input == "words" ? "columns: [t, a, c, s]\n" : ""
    let text = """
        name: fuzz-\(input)
        input: \(input)
        \(columns)fields:
          "@timestamp": t
          server.address: a
          tls.server.certificate: c
          tls.server.x509.subject.distinguished_name: s
        """
    return try? MappingReader.read(Array(text.utf8), file: "fuzz")
}

func importSeeds() -> [[UInt8]] {
    let json = "{\"a\":{\"b\":[1,2.5,\"c\",null,true,{\"d.e\":18446744073709551615}]}}"
    let pem = "-----BEGIN CERTIFICATE-----\nMAoGCCqGSM49BAMCMAA=\n-----END CERTIFICATE-----\n"
    let zeek =
        "#separator \\x09\n#fields\tts\tid.resp_h\tid.resp_p\tversion\tcert_chain_fps\n1.5\t1.2.3.4\t443\tTLSv12\ta,b\n"
    let ssl = "{\"ts\":1.5,\"uid\":\"a\",\"id.resp_h\":\"1.2.3.4\",\"id.resp_p\":443,\"established\":true}\n"
    let x509 =
        "{\"ts\":1.5,\"fingerprint\":\"ab\",\"certificate.serial\":\"01\",\"certificate.subject\":\"CN=a\\\\, b\"}\n"
    let xml =
        "<?xml version=\"1.0\"?><nmaprun><host><address addr=\"1.2.3.4\" addrtype=\"ipv4\"/><ports><port portid=\"443\" protocol=\"tcp\"><service name=\"X509\" banner=\"MAA=\"/><script id=\"ssl-cert\"><elem key=\"sha1\">00</elem></script></port></ports></host></nmaprun>"
    let masscan =
        "[{\"ip\":\"1.2.3.4\",\"timestamp\":\"1\",\"ports\":[{\"port\":443,\"proto\":\"tcp\",\"service\":{\"name\":\"X509\",\"banner\":\"MAA=\"}}]}]"
    let list = "#masscan\nbanner tcp 443 1.2.3.4 1600000000 X509 MAA=\n"
    let fields = "t=\"2026-01-01 00:00:00\" a=1.2.3.4:443 c=3003 s=\"/C=US/CN=a\"\n"
    let rows = "t,a,c,s\n1700000000,https://a.example/,,\"CN=a, O=\"\"b\"\"\"\n"
    let times = "Jan  1 00:00:00 2026 GMT"
    let mapping =
        "name: a\ninput: json\neach: a.*\nfields: {server.ip: [a, b.0], tls.server.certificate: {all: [c]}}\n"
    return [json, pem, zeek, ssl, x509, xml, masscan, list, fields, rows, times, mapping].map {
        Array($0.utf8)
    }
}
