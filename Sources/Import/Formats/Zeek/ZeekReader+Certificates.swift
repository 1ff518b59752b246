import Observations

/// x509.log: certificates, which wait for the connections that showed them.
extension ZeekReader {
    func readCertificate(_ row: ZeekRow, _ line: Int) throws {
        let names = [row.text(.fingerprint), row.text(.id)].compactMap(\.self)
        // Logged again, as it is each day.
        let mark = Self.mark(row)
        if certificates.knows(names, mark, withBytes: row.has(.bytes)) { return run.pass() }
        let text = ReportedCertificate(row) { run.remark($0, line: line) }
        var bytes = row.bytes(.bytes).flatMap(ForeignCertificate.read)?.first ?? []
        if row.has(.bytes), bytes.isEmpty { run.remark("a certificate whose base64 is broken", line: line) }
        if !bytes.isEmpty, let fault = ForeignCertificate.fault(bytes, text) {
            run.remark(fault, line: line)
            bytes = []
        }
        guard text.hasText || !bytes.isEmpty else { return run.skip("no certificate", line: line) }
        let certificate = ZeekCertificates.Certificate(
            text: text,
            bytes: bytes,
            time: time(row, line),
            mark: mark,
            line: line,
            file: run.file,
            // What a client showed stands on no server.
            isJoined: row.truth(.isClient) == true && row.truth(.isHost) != true
        )
        let (lost, isOther, isNew) = certificates.add(certificate, names)
        // One that no connection shows is a sighting in the end, and one that is shown is counted then.
        if certificate.isJoined || !isNew { run.pass() }
        if isOther {
            run.remark("a certificate that was logged before with another name or serial number", line: line)
        }
        for lost in lost { try give(lost) }
    }

    /// What tells a certificate from another one under the same fingerprint or identifier: its serial number
    /// and its subject, as FNV-1a.
    private static func mark(_ row: ZeekRow) -> UInt64 {
        var mark: UInt64 = 0xcbf2_9ce4_8422_2325
        for column in [ZeekColumn.serial, .certificateSubject] {
            guard let bytes = row.bytes(column) else { continue }
            func mix(_ bytes: some Sequence<UInt8>) {
                for byte in bytes { mark = (mark ^ UInt64(byte)) &* 0x100_0000_01b3 }
            }
            // TSV and JSON have the same text in other escapes.
            if bytes.contains(0x5c) { mix((row.text(column) ?? "").utf8) } else { mix(bytes) }
            mark = (mark ^ 0x1f) &* 0x100_0000_01b3
        }
        return mark
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
