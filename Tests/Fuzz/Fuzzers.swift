/// One parser and what to feed it.
struct Fuzzer: Sendable {
    /// Inputs to begin with.
    var seeds: @Sendable () -> [[UInt8]] = { [] }

    /// Runs the parser in all of its modes; must come back from every input.
    let run: @Sendable ([UInt8]) -> Void

    /// Every parser of foreign bytes, by name: one line each, its function in a file of its own.
    static let all: [String: Fuzzer] = [
        "capture": Fuzzer(seeds: captureSeeds, run: fuzzCapture),
        "quic-frames": Fuzzer(seeds: quicFrameSeeds, run: fuzzQUICFrames),
        "certificate": Fuzzer(seeds: certificateSeeds, run: fuzzCertificate),
        "checkpoint": Fuzzer(seeds: checkpointSeeds, run: fuzzCheckpoint),
        "client_hello": Fuzzer(seeds: clientHelloSeeds, run: fuzzClientHello),
        "context": Fuzzer(seeds: contextSeeds, run: fuzzContext),
        "content": Fuzzer(seeds: contentSeeds, run: fuzzContent),
        "decision": Fuzzer(seeds: decisionSeeds, run: fuzzDecision),
        "dns": Fuzzer(seeds: dnsSeeds, run: fuzzDNS),
        "fleet": Fuzzer(seeds: fleetSeeds, run: fuzzFleet),
        "flight": Fuzzer(seeds: flightSeeds, run: fuzzFlight),
        "full": Fuzzer(seeds: grabSeeds, run: fuzzFull),
        "grab": Fuzzer(seeds: grabSeeds, run: fuzzGrab),
        "html": Fuzzer(seeds: htmlSeeds, run: fuzzHTML),
        "hunt": Fuzzer(seeds: huntSeeds, run: fuzzHunt),
        "http": Fuzzer(seeds: httpSeeds, run: fuzzHTTP),
        "http2": Fuzzer(seeds: http2Seeds, run: fuzzHTTP2),
        "import": Fuzzer(seeds: importSeeds, run: fuzzImport),
        "indicators": Fuzzer(seeds: indicatorSeeds, run: fuzzIndicators),
        "inventory": Fuzzer(seeds: inventorySeeds, run: fuzzInventory),
        "kql": Fuzzer(seeds: kqlSeeds, run: fuzzKQL),
        "line": Fuzzer(seeds: lineSeeds, run: fuzzLine),
        "log_answer": Fuzzer(seeds: logAnswerSeeds, run: fuzzLogAnswer),
        "log_bytes": Fuzzer(seeds: logBytesSeeds, run: fuzzLogBytes),
        "logged_name": Fuzzer(seeds: loggedNameSeeds, run: fuzzLoggedName),
        "passive_dns": Fuzzer(seeds: passiveDNSSeeds, run: fuzzPassiveDNS),
        "proof": Fuzzer(seeds: proofSeeds, run: fuzzProof),
        "proxy": Fuzzer(seeds: proxySeeds, run: fuzzProxy),
        "packed": Fuzzer(seeds: packedSeeds, run: fuzzPacked),
        "probe_answer": Fuzzer(seeds: probeAnswerSeeds, run: fuzzProbeAnswer),
        "publicsuffix": Fuzzer(seeds: publicSuffixSeeds, run: fuzzPublicSuffix),
        "record": Fuzzer(seeds: recordSeeds, run: fuzzRecord),
        "report": Fuzzer(seeds: reportSeeds, run: fuzzReport),
        "rootstore": Fuzzer(seeds: rootStoreSeeds, run: fuzzRootStore),
        "rules": Fuzzer(seeds: ruleSeeds, run: fuzzRules),
        "starttls": Fuzzer(seeds: startTLSSeeds, run: fuzzStartTLS),
        "update": Fuzzer(seeds: updateSeeds, run: fuzzUpdate),
        "warehouse": Fuzzer(seeds: warehouseSeeds, run: fuzzWarehouse),
        "targets": Fuzzer(seeds: targetSeeds, run: fuzzTargets),
    ]
}
