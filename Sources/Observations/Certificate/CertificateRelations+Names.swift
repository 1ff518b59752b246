import Bytes
import Wire

/// What the leaf's names have in common.
extension CertificateRelations {
    mutating func readNames(_ bytes: Span<UInt8>, _ index: borrowing CertificateIndex) {
        let subject = NameValues(index.subject.span)
        let issuer = NameValues(index.issuer.span)
        readIssuer(bytes, index, subject, issuer)
        readSubject(bytes, index, subject)
        readEmail(bytes, index, subject)
        readAlternativeNames(bytes, index, subject.commonName)
    }

    private mutating func readIssuer(
        _ bytes: Span<UInt8>,
        _ index: borrowing CertificateIndex,
        _ subject: NameValues,
        _ issuer: NameValues
    ) {
        if let one = index.subjectName, let other = index.issuerName, !index.subject.isEmpty {
            let isSame = index.areEqual(bytes, one, other)
            insert(.subjectEqualsIssuer, if: isSame)
            insert(.subjectTextEqualsIssuer, if: !isSame && hasEqualNames(bytes, index))
        }
        let pairs: InlineArray<6, (CertificateRelation, CertificateText?, CertificateText?)> = [
            (.issuerCNEqualsSubjectCN, issuer.commonName, subject.commonName),
            (.issuerCEqualsSubjectC, issuer.country, subject.country),
            (.issuerLEqualsSubjectL, issuer.locality, subject.locality),
            (.issuerOEqualsSubjectO, issuer.organization, subject.organization),
            (.issuerOUEqualsSubjectOU, issuer.unit, subject.unit),
            (.issuerSTEqualsSubjectST, issuer.state, subject.state),
        ]
        for place in pairs.indices {
            insert(pairs[place].0, if: index.areEqual(pairs[place].1, pairs[place].2, bytes))
        }
    }

    private func hasEqualNames(_ bytes: Span<UInt8>, _ index: borrowing CertificateIndex) -> Bool {
        guard index.subject.count == index.issuer.count else { return false }
        for place in index.subject.indices {
            let (one, other) = (index.subject[place], index.issuer[place])
            guard one.isContinued == other.isContinued, index.areEqual(bytes, one.type, other.type),
                index.areEqual(one.text, other.text, bytes) || one.text.isEmpty && other.text.isEmpty
            else { return false }
        }
        return true
    }

    private mutating func readSubject(
        _ bytes: Span<UInt8>,
        _ index: borrowing CertificateIndex,
        _ subject: NameValues
    ) {
        let stateEqualsCN = index.areEqual(subject.state, subject.commonName, bytes)
        let localityEqualsCN = index.areEqual(subject.locality, subject.commonName, bytes)
        let organizationEqualsCN = index.areEqual(subject.organization, subject.commonName, bytes)
        let unitEqualsCN = index.areEqual(subject.unit, subject.commonName, bytes)
        insert(.stEqualsCN, if: stateEqualsCN)
        insert(.lEqualsCN, if: localityEqualsCN)
        insert(.oEqualsCN, if: organizationEqualsCN)
        insert(.ouEqualsCN, if: unitEqualsCN)
        insert(.stLOOUCNEqual, if: stateEqualsCN && localityEqualsCN && organizationEqualsCN && unitEqualsCN)
        insert(.ouEqualsO, if: index.areEqual(subject.unit, subject.organization, bytes))
        insert(.lEqualsST, if: index.areEqual(subject.locality, subject.state, bytes))
        readAllParts(bytes, index)
        guard let name = subject.commonName else { return }
        insert(.cnIsIP, if: index.with(name, bytes) { IPAddress($0) != nil })
        guard let organization = subject.organization else { return }
        insert(
            .cnStartsWithOWord,
            if: index.with(name, bytes) { name in index.with(organization, bytes) { startsWithWord(name, $0) }
            }
        )
        insert(
            .cnIsWWWLetterOWord,
            if: index.with(name, bytes) { name in index.with(organization, bytes) { isWWW(name, $0) } }
        )
    }

    private mutating func readAllParts(_ bytes: Span<UInt8>, _ index: borrowing CertificateIndex) {
        guard let first = index.subject.first?.text else { return }
        var (areAllEqual, areAllEmpty) = (index.subject.count > 1, true)
        for place in index.subject.indices {
            let text = index.subject[place].text
            areAllEmpty = areAllEmpty && text.isEmpty
            areAllEqual = areAllEqual && index.areEqual(first, text, bytes)
        }
        insert(.allSubjectPartsEqual, if: areAllEqual)
        insert(.allSubjectPartsEmpty, if: areAllEmpty)
    }

    private mutating func readEmail(
        _ bytes: Span<UInt8>,
        _ index: borrowing CertificateIndex,
        _ subject: NameValues
    ) {
        guard let email = subject.email, let name = subject.commonName, !name.isEmpty else { return }
        let nameCount = name.range.count
        let localCount = email.range.count - nameCount - 1
        guard localCount >= 0 else { return }
        let isDomain = index.with(email, bytes) { email in
            index.with(name, bytes) {
                email[localCount] == 0x40
                    && areEqual(email.extracting(localCount + 1..<email.count), $0)
            }
        }
        guard isDomain else { return }
        insert(.emailDomainEqualsCN)
        insert(
            .emailIsRootAtCN,
            if: index.with(email, bytes) { email in
                localCount == 4 && email[0] == 0x72 && email[1] == 0x6f && email[2] == 0x6f
                    && email[3] == 0x74
            }
        )
        guard let unit = subject.unit, !unit.isEmpty else { return }
        insert(
            .emailIsOUAtCN,
            if: index.with(email, bytes) { email in
                index.with(unit, bytes) { areEqual(email.extracting(0..<localCount), $0) }
            }
        )
    }
}

/// The length of an organisation's first word.
private func firstWord(_ organization: Span<UInt8>) -> Int {
    var end = 0
    while end < organization.count, organization[end] > 0x2c { end += 1 }
    return end
}

private func startsWithWord(_ name: Span<UInt8>, _ organization: Span<UInt8>) -> Bool {
    let length = firstWord(organization)
    guard length >= 3, length <= name.count else { return false }
    return areEqualIgnoringCase(organization.extracting(0..<length), name.extracting(0..<length))
}

private func isWWW(_ name: Span<UInt8>, _ organization: Span<UInt8>) -> Bool {
    let length = firstWord(organization)
    let end = 5 + length
    guard length > 0, end <= name.count, name[0] == 0x77, name[1] == 0x77, name[2] == 0x77, name[3] == 0x2e,
        0x61...0x7a ~= name[4], areEqual(organization.extracting(0..<length), name.extracting(5..<end))
    else { return false }
    return end == name.count || name[end] == 0x2e
}

func areEqualIgnoringCase(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
    guard one.count == other.count else { return false }
    for index in one.indices where lowercase(one[index]) != lowercase(other[index]) { return false }
    return true
}

private func lowercase(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
}
