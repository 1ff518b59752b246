import Observations

/// x509.log: certificates, which wait for the connections that showed them.
extension ZeekReader {
    func readCertificate(_ row: ZeekRow, _ line: Int) throws {
        let names = [row.text(.fingerprint), row.text(.id)].compactMap(\.self)
        // Logged again, as it is each day.
        if certificates.knows(names, withBytes: row.has(.bytes)) { return run.pass() }
        let text = ReportedCertificate(row)
        let bytes = row.bytes(.bytes).flatMap(ForeignCertificate.read)?.first ?? []
        if row.has(.bytes), bytes.isEmpty { run.remark("a certificate whose base64 is broken", line: line) }
        guard text.hasText || !bytes.isEmpty else { return run.skip("no certificate", line: line) }
        let certificate = ZeekCertificates.Certificate(
            text: text,
            bytes: bytes,
            time: time(row, line),
            line: line,
            file: run.file,
            // What a client showed stands on no server.
            isJoined: row.truth(.isClient) == true && row.truth(.isHost) != true
        )
        if certificate.isJoined { run.pass() }
        for lost in certificates.add(certificate, names) { try give(lost) }
    }

    /// A certificate that no connection showed, as far as was read.
    func give(_ certificate: ZeekCertificates.Certificate) throws {
        var draft = SightingDraft()
        draft.time = certificate.time
        draft.certificate = certificate.text
        if !certificate.bytes.isEmpty { draft.certificates = [certificate.bytes] }
        run.remark("a certificate that stands in no connection", line: certificate.line, in: certificate.file)
        let observation = run.begin(Self.certificateSource)
        draft.fill(observation)
        try run.emit(observation)
    }

    private static let certificateSource = ImportSource(
        product: "zeek",
        format: "x509.log"
    )
}
