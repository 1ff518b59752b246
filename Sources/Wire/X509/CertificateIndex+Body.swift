package import Bytes

/// The TBSCertificate (RFC 5280, section 4.1).
extension CertificateIndex {
    /// Its mandatory fields after the version, in order.
    private enum Part: Int {
        case serialNumber, algorithm, issuer, validity, subject, key, end

        var missing: CertificateAnomaly {
            switch self {
            case .serialNumber: .missingSerialNumber
            case .algorithm: .missingSignatureAlgorithm
            case .issuer: .missingIssuer
            case .validity: .missingValidity
            case .subject: .missingSubject
            case .key, .end: .missingPublicKey
            }
        }

        var unparsable: CertificateAnomaly {
            switch self {
            case .serialNumber: .unparsableSerialNumber
            case .algorithm: .unparsableSignatureAlgorithm
            case .issuer: .unparsableIssuer
            case .validity: .unparsableValidity
            case .subject: .unparsableSubject
            case .key, .end: .unparsablePublicKey
            }
        }

        var next: Part { Part(rawValue: rawValue + 1) ?? .end }

        /// Whether an element looks like this part by its first two tags.
        func fits(_ bytes: Span<UInt8>, _ element: DERElement) -> Bool {
            if self == .serialNumber { return element.tag == 0x02 }
            guard element.tag == 0x30 else { return false }
            let inner = DERCursor(element.content).peek(bytes)
            return switch self {
            case .algorithm: inner == 0x06
            case .issuer, .subject: inner == 0x31 || element.content.isEmpty
            case .validity: inner == 0x17 || inner == 0x18
            case .key: inner == 0x30
            case .serialNumber, .end: false
            }
        }
    }

    mutating func readBody(_ bytes: Span<UInt8>, _ range: ByteRange) {
        var body = DERCursor(range)
        if let explicit = body.next(bytes, &reading.faults, ifTag: 0xa0) {
            readVersion(bytes, explicit.content)
        } else if let number = untaggedVersion(bytes, body) {
            _ = body.next(bytes, &reading.faults)
            version = number + 1
            reading.anomalies.insert(.untaggedVersion)
        }
        var part = Part.serialNumber
        while part != .end, body.peek(bytes) & 0xc0 == 0, !body.isAtEnd {
            guard let element = body.next(bytes, &reading.faults) else { break }
            part = read(bytes, element, expecting: part)
        }
        while part != .end {
            reading.anomalies.insert(part.missing)
            part = part.next
        }
        readTail(bytes, &body)
    }

    /// The number of a version that lacks its tag: a small INTEGER with another one, the serial number, after
    /// it.
    private func untaggedVersion(_ bytes: Span<UInt8>, _ body: DERCursor) -> Int? {
        var (cursor, faults) = (body, DERFaults())
        guard let first = cursor.next(bytes, &faults, ifTag: 0x02), first.content.count == 1,
            cursor.peek(bytes) == 0x02, case let number = bytes[first.content.indices.lowerBound], number <= 2
        else { return nil }
        return Int(number)
    }

    /// Reads one mandatory part, and returns which is due next.
    ///
    /// An element that does not look like the part that is due but like a later one
    /// is taken for that: what lies between is missing.
    private mutating func read(_ bytes: Span<UInt8>, _ element: DERElement, expecting due: Part) -> Part {
        var part = due
        while part != .end, !part.fits(bytes, element) { part = part.next }
        guard part != .end else {
            reading.anomalies.insert(due.unparsable)
            return due.next
        }
        var skipped = due
        while skipped != part {
            reading.anomalies.insert(skipped.missing)
            skipped = skipped.next
        }
        switch part {
        case .serialNumber: readSerial(bytes, element.content)
        case .algorithm: innerAlgorithm = AlgorithmIdentifier(bytes, element, &reading) ?? .none
        case .issuer:
            issuerName = element.whole
            NameReader.read(bytes, element.content, into: &issuer, &reading, unparsable: .unparsableIssuer)
        case .validity: readValidity(bytes, element.content)
        case .subject:
            subjectName = element.whole
            NameReader.read(bytes, element.content, into: &subject, &reading, unparsable: .unparsableSubject)
        case .key, .end: key.read(bytes, element, &reading)
        }
        return part.next
    }

    private mutating func readVersion(_ bytes: Span<UInt8>, _ range: ByteRange) {
        var inner = DERCursor(range)
        guard let number = inner.next(bytes, &reading.faults, ifTag: 0x02)?.content, inner.isAtEnd else {
            version = nil
            return reading.anomalies.insert(.unparsableVersion)
        }
        reading.checkInteger(bytes, number)
        version = reading.number(bytes, number).map { $0 + 1 }
        if version == 1 { reading.anomalies.insert(.explicitDefault) }
        if version.map({ !(1...3 ~= $0) }) ?? true { reading.anomalies.insert(.unknownVersion) }
    }

    private mutating func readSerial(_ bytes: Span<UInt8>, _ range: ByteRange) {
        serial = range
        guard let first = range.indices.first else { return reading.anomalies.insert(.emptySerial) }
        reading.checkInteger(bytes, range)
        if bytes[first] >= 0x80 { reading.anomalies.insert(.negativeSerial) }
        if reading.bitCount(bytes, range) == 0 { reading.anomalies.insert(.zeroSerial) }
        if range.count > 20 { reading.anomalies.insert(.longSerial) }
    }

    private mutating func readValidity(_ bytes: Span<UInt8>, _ range: ByteRange) {
        var times = DERCursor(range)
        if let element = times.next(bytes, &reading.faults) {
            notBefore = CertificateTime(bytes, element, &reading.anomalies)
        }
        if let element = times.next(bytes, &reading.faults) {
            notAfter = CertificateTime(bytes, element, &reading.anomalies)
        } else {
            reading.anomalies.insert(.unparsableValidity)
        }
        if !times.isAtEnd { reading.anomalies.insert(.trailingDataInValidity) }
        guard let notBefore, let notAfter else { return }
        if notAfter < notBefore { reading.anomalies.insert(.notAfterBeforeNotBefore) }
        if notAfter == notBefore { reading.anomalies.insert(.zeroValidity) }
    }

    /// The optional fields after the key.
    private mutating func readTail(_ bytes: Span<UInt8>, _ body: inout DERCursor) {
        readUniqueIdentifier(bytes, &body, 0x81)
        readUniqueIdentifier(bytes, &body, 0x82)
        if let element = body.next(bytes, &reading.faults, ifTag: 0xa3) {
            extensions.read(bytes, element, &reading)
            if let version, version != 3 { reading.anomalies.insert(.extensionsBeforeV3) }
        }
        if !body.isAtEnd { reading.anomalies.insert(.trailingDataInTBS) }
    }

    /// Issuer or subject unique identifier: implicitly tagged BIT STRINGs, which some write as constructed.
    private mutating func readUniqueIdentifier(_ bytes: Span<UInt8>, _ body: inout DERCursor, _ tag: UInt8) {
        guard body.peek(bytes) & 0xdf == tag, let bits = body.next(bytes, &reading.faults) else { return }
        _ = reading.bits(bytes, bits.content, isWhole: false)
        reading.anomalies.insert(.uniqueIdentifiers)
        if version == 1 { reading.anomalies.insert(.uniqueIdentifiersInV1) }
    }

    /// What only shows when all is read.
    mutating func checkWhole(_ bytes: Span<UInt8>) {
        if innerAlgorithm.isPresent, outerAlgorithm.isPresent,
            !areEqual(bytes, innerAlgorithm.whole, outerAlgorithm.whole)
        {
            let isSame = areEqual(bytes, innerAlgorithm.type, outerAlgorithm.type)
            reading.anomalies.insert(isSame ? .signatureParametersMismatch : .signatureAlgorithmMismatch)
        }
        if issuerName != nil, issuer.isEmpty { reading.anomalies.insert(.emptyIssuer) }
        if subjectName != nil, subject.isEmpty, extensions.alternativeNames.isEmpty {
            reading.anomalies.insert(.emptySubjectWithoutSAN)
        }
    }

    package func areEqual(_ bytes: Span<UInt8>, _ one: ByteRange, _ other: ByteRange) -> Bool {
        guard one.count == other.count else { return false }
        let (left, right) = (bytes.extracting(one.indices), bytes.extracting(other.indices))
        // No early end: what is compared is mostly equal, and so the loop is vectorised.
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
