import Bytes
import Wire

/// What alternative names, serial number, times and key identifiers say of each other.
extension CertificateRelations {
    mutating func readAlternativeNames(
        _ bytes: Span<UInt8>,
        _ index: borrowing CertificateIndex,
        _ commonName: CertificateText?
    ) {
        let names = index.extensions.alternativeNames.span
        guard let commonName, !commonName.isEmpty, names.count > 0 else { return }
        var (isAddress, isDNS) = (false, false)
        var address: IPAddress?
        _ = index.with(commonName, bytes) {
            address = IPAddress($0)
            return true
        }
        for place in names.indices {
            let name = names[place]
            switch name.kind {
            case .address:
                guard let address, !isAddress else { continue }
                isAddress = IPAddress(bytes: bytes.extracting(name.element.content.indices)) == address
            case .dns:
                guard !isDNS, name.text.range.count == commonName.range.count else { continue }
                isDNS = index.with(commonName, bytes) { common in
                    index.with(name.text, bytes) { areEqualIgnoringCase(common, $0) }
                }
            default: continue
            }
        }
        insert(.sanIPEqualsCN, if: isAddress)
        insert(.sanDNSEqualsCN, if: isDNS)
        insert(.sanIsCNAlone, if: names.count == 1 && (isAddress || isDNS))
        insert(.cnNotInSAN, if: !isAddress && !isDNS)
    }

    mutating func readTimes(_ bytes: Span<UInt8>, _ index: borrowing CertificateIndex) {
        guard let start = index.notBefore else { return }
        if let end = index.notAfter, end > start {
            let isSame = (start.hour, start.minute, start.second) == (end.hour, end.minute, end.second)
            insert(.sameTimeOfDay, if: isSame)
            insert(.validityIs365DayYears, if: (end.seconds - start.seconds) % (365 * 86_400) == 0)
        }
        // Larger ones are no times, and sums of them could overflow.
        guard let serial = bytes.number(index.serial), serial < 1 << 60 else { return }
        insert(.serialEqualsNotBefore, if: abs(serial - start.seconds) <= 1)
        insert(.serialIsMilliseconds, if: abs(serial / 1000 - start.seconds) <= 2 * 86_400)
        insert(
            .serialIsDate,
            if: isDate(serial, start) || decimalDigits(serial).map { isDate($0, start) } ?? false
        )
    }

    mutating func readKeyIdentifiers(_ bytes: Span<UInt8>, _ index: borrowing CertificateIndex) {
        guard let one = index.extensions.subjectKeyID, let other = index.extensions.authorityKeyID else {
            return
        }
        insert(.akiEqualsSKI, if: !one.isEmpty && index.areEqual(bytes, one, other))
    }

    /// What the leaf has in common with a certificate after it.
    mutating func readChain(
        _ leaf: Span<UInt8>,
        _ index: borrowing CertificateIndex,
        _ digests: CertificateDigests,
        _ other: Span<UInt8>,
        _ otherIndex: borrowing CertificateIndex,
        _ otherDigests: CertificateDigests,
        isNext: Bool
    ) {
        let isSameKey = areEqual(digests.publicKey.span, otherDigests.publicKey.span)
        insert(.keyEqualsChainKey, if: isSameKey && !index.key.whole.isEmpty)
        insert(.leafRepeatedInChain, if: areEqual(digests.sha256.span, otherDigests.sha256.span))
        guard isNext else { return }
        if let issuer = index.issuerName, let subject = otherIndex.subjectName, !index.issuer.isEmpty {
            let isSame = areEqual(leaf.extracting(issuer.indices), other.extracting(subject.indices))
            insert(.issuerEqualsNextSubject, if: isSame)
        }
        let isSameSerial = areEqual(
            leaf.extracting(index.serial.indices),
            other.extracting(otherIndex.serial.indices)
        )
        insert(.serialEqualsNextSerial, if: isSameSerial && !index.serial.isEmpty)
    }
}

/// Whether a number's decimal digits are YYYYMMDD, and perhaps hh, mm and ss, within a day of `start`.
private func isDate(_ number: Int, _ start: CertificateTime) -> Bool {
    var date = number
    var time = 0
    switch number {
    case 1_0000_0000..<100_0000_0000: (date, time) = (number / 100, number % 100 * 10_000)
    case 1000_0000_0000..<1_0000_0000_0000: (date, time) = (number / 10_000, number % 10_000 * 100)
    case 10_0000_0000_0000..<100_0000_0000_0000: (date, time) = (number / 1_000_000, number % 1_000_000)
    default: break
    }
    guard 1000_0101...9999_1231 ~= date else { return false }
    let day = CertificateTime(
        date / 10_000,
        date / 100 % 100,
        date % 100,
        time / 10_000,
        time / 100 % 100,
        time % 100
    )
    return day.map { abs($0.seconds - start.seconds) <= 2 * 86_400 && abs($0.days(to: start)) <= 1 } ?? false
}

/// The number that a number's hexadecimal digits are, when all of them are decimal.
private func decimalDigits(_ number: Int) -> Int? {
    var (value, factor, rest) = (0, 1, number)
    while rest > 0 {
        guard rest & 15 < 10, factor < 1_000_000_000_000_000 else { return nil }
        value += (rest & 15) * factor
        factor *= 10
        rest >>= 4
    }
    return value
}

extension CertificateTime {
    /// Midnights between the two, negative when `other` lies earlier.
    fileprivate func days(to other: CertificateTime) -> Int {
        let start = seconds - hour * 3600 - minute * 60 - second
        let end = other.seconds - other.hour * 3600 - other.minute * 60 - other.second
        return (end - start) / 86_400
    }
}
