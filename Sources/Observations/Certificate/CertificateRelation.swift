/// How fields of the leaf, or of it and its chain, relate to each other: the
/// closed list of `hallmark.certificate.relations`.
///
/// They say what a rule over single fields cannot. Where an attribute stands in a name more than once, its
/// first value counts. Values that are empty are equal to nothing.
package enum CertificateRelation: String, CaseIterable, Sendable {
    case subjectEqualsIssuer = "subject_equals_issuer"
    case subjectTextEqualsIssuer = "subject_text_equals_issuer"
    case issuerCNEqualsSubjectCN = "issuer_cn_equals_subject_cn"
    case issuerCEqualsSubjectC = "issuer_c_equals_subject_c"
    case issuerLEqualsSubjectL = "issuer_l_equals_subject_l"
    case issuerOEqualsSubjectO = "issuer_o_equals_subject_o"
    case issuerOUEqualsSubjectOU = "issuer_ou_equals_subject_ou"
    case issuerSTEqualsSubjectST = "issuer_st_equals_subject_st"
    case allSubjectPartsEqual = "all_subject_parts_equal"
    case allSubjectPartsEmpty = "all_subject_parts_empty"
    case stLOOUCNEqual = "st_l_o_ou_cn_equal"
    case oEqualsCN = "o_equals_cn"
    case ouEqualsCN = "ou_equals_cn"
    case lEqualsCN = "l_equals_cn"
    case stEqualsCN = "st_equals_cn"
    case ouEqualsO = "ou_equals_o"
    case lEqualsST = "l_equals_st"
    case cnIsIP = "cn_is_ip"
    case cnStartsWithOWord = "cn_starts_with_o_word"
    case cnIsWWWLetterOWord = "cn_is_www_letter_o_word"
    case emailIsOUAtCN = "email_is_ou_at_cn"
    case emailIsRootAtCN = "email_is_root_at_cn"
    case emailDomainEqualsCN = "email_domain_equals_cn"
    case sanIPEqualsCN = "san_ip_equals_cn"
    case sanDNSEqualsCN = "san_dns_equals_cn"
    case sanIsCNAlone = "san_is_cn_alone"
    case cnNotInSAN = "cn_not_in_san"
    case serialEqualsNotBefore = "serial_equals_not_before"
    case serialIsMilliseconds = "serial_is_milliseconds"
    case serialIsDate = "serial_is_date"
    case sameTimeOfDay = "same_time_of_day"
    case validityIs365DayYears = "validity_is_365_day_years"
    case akiEqualsSKI = "aki_equals_ski"
    case issuerEqualsNextSubject = "issuer_equals_next_subject"
    case serialEqualsNextSerial = "serial_equals_next_serial"
    case keyEqualsChainKey = "key_equals_chain_key"
    case leafRepeatedInChain = "leaf_repeated_in_chain"

    /// Whether the certificates after the leaf decide it.
    package var isOfChain: Bool {
        switch self {
        case .issuerEqualsNextSubject, .serialEqualsNextSerial, .keyEqualsChainKey, .leafRepeatedInChain: true
        default: false
        }
    }

    /// One sentence for the documentation.
    package var text: String {
        switch self {
        case .subjectEqualsIssuer:
            "Subject and issuer are the same bytes."
        case .subjectTextEqualsIssuer:
            "Subject and issuer have the same text and not the same bytes."
        case .issuerCNEqualsSubjectCN:
            "The issuer's CN is the subject's."
        case .issuerCEqualsSubjectC:
            "The issuer's C is the subject's."
        case .issuerLEqualsSubjectL:
            "The issuer's L is the subject's."
        case .issuerOEqualsSubjectO:
            "The issuer's O is the subject's."
        case .issuerOUEqualsSubjectOU:
            "The issuer's OU is the subject's."
        case .issuerSTEqualsSubjectST:
            "The issuer's ST is the subject's."
        case .allSubjectPartsEqual:
            "The subject has two attributes or more, and all have the same value."
        case .allSubjectPartsEmpty:
            "The subject has attributes, and all of them are empty."
        case .stLOOUCNEqual:
            "The subject has ST, L, O, OU and CN, and all five have the same value."
        case .oEqualsCN:
            "The subject's O is its CN."
        case .ouEqualsCN:
            "The subject's OU is its CN."
        case .lEqualsCN:
            "The subject's L is its CN."
        case .stEqualsCN:
            "The subject's ST is its CN."
        case .ouEqualsO:
            "The subject's OU is its O."
        case .lEqualsST:
            "The subject's L is its ST."
        case .cnIsIP:
            "The subject's CN is an IP address."
        case .cnStartsWithOWord:
            "The subject's CN begins with the first word of its O, three characters or more, in any case."
        case .cnIsWWWLetterOWord:
            "The subject's CN is `www.`, one small letter and the first word of its O, then a dot or nothing."
        case .emailIsOUAtCN:
            "The subject's e-mail address is its OU, `@`, and its CN."
        case .emailIsRootAtCN:
            "The subject's e-mail address is `root@` and its CN."
        case .emailDomainEqualsCN:
            "What follows the `@` of the subject's e-mail address is its CN."
        case .sanIPEqualsCN:
            "The subject's CN is an IP address, and an alternative name is that address."
        case .sanDNSEqualsCN:
            "An alternative DNS name is the subject's CN, in any case."
        case .sanIsCNAlone:
            "The subject's CN, as a DNS name or an address, is the only alternative name."
        case .cnNotInSAN:
            "There are a CN and alternative names, and the CN is none of them."
        case .serialEqualsNotBefore:
            "The serial number is the Unix time of not_before, give or take a second."
        case .serialIsMilliseconds:
            "The serial number is a Unix time in milliseconds, within two days of not_before."
        case .serialIsDate:
            "The serial number's decimal or hexadecimal digits are a date, YYYYMMDD and perhaps hours, minutes and "
                + "seconds, within a day of not_before."
        case .sameTimeOfDay:
            "not_before and not_after have the same time of day."
        case .validityIs365DayYears:
            "The validity is a whole number of years of exactly 365 days."
        case .akiEqualsSKI:
            "The authority key identifier is the subject key identifier."
        case .issuerEqualsNextSubject:
            "The leaf's issuer is the subject of the next certificate, byte for byte."
        case .serialEqualsNextSerial:
            "The leaf and the next certificate have the same serial number."
        case .keyEqualsChainKey:
            "The leaf's key is the key of another certificate of the chain."
        case .leafRepeatedInChain:
            "The leaf stands in the chain again."
        }
    }
}

/// A set of relations in one number.
package struct CertificateRelations: Equatable, Sendable {
    private var bits: UInt64 = 0

    package init() {}

    package var isEmpty: Bool { bits == 0 }

    package mutating func insert(_ relation: CertificateRelation) {
        bits |= 1 << UInt64(unsafeBitCast(relation, to: UInt8.self))
    }

    /// Adds the relation when it holds.
    mutating func insert(_ relation: CertificateRelation, if holds: Bool) {
        if holds { insert(relation) }
    }

    package func contains(_ relation: CertificateRelation) -> Bool {
        // The cases have no payload: a value is one byte, its place in the list.
        bits >> UInt64(unsafeBitCast(relation, to: UInt8.self)) & 1 != 0
    }

    /// Calls `body` with each, in the order of the list.
    package func forEach(_ body: (CertificateRelation) -> Void) {
        var rest = bits
        while rest != 0 {
            body(Self.list[rest.trailingZeroBitCount])
            rest &= rest - 1
        }
    }

    private static let list = CertificateRelation.allCases
}
