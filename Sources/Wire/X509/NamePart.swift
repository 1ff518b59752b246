/// The types of attributes that have a name of their own in the record.
///
/// The order is that of the record's fields: those of ECS first.
package enum NamePart: UInt8, CaseIterable, Sendable {
    case commonName, country, locality, organization, organizationalUnit, stateOrProvince
    case emailAddress, serialNumber, streetAddress, postalCode, title, surname, givenName
    case initials, name, description, domainComponent, userID, unstructuredName
    case organizationIdentifier, businessCategory, jurisdictionCountry, jurisdictionState
    case jurisdictionLocality, dnQualifier, generationQualifier, pseudonym, telephoneNumber
    /// Any other type.
    case other

    init(_ type: OIDKey) {
        self =
            switch type.value {
            case 0x1_5504_03: .commonName
            case 0x1_5504_04: .surname
            case 0x1_5504_05: .serialNumber
            case 0x1_5504_06: .country
            case 0x1_5504_07: .locality
            case 0x1_5504_08: .stateOrProvince
            case 0x1_5504_09: .streetAddress
            case 0x1_5504_0a: .organization
            case 0x1_5504_0b: .organizationalUnit
            case 0x1_5504_0c: .title
            case 0x1_5504_0d: .description
            case 0x1_5504_0f: .businessCategory
            case 0x1_5504_11: .postalCode
            case 0x1_5504_14: .telephoneNumber
            case 0x1_5504_29: .name
            case 0x1_5504_2a: .givenName
            case 0x1_5504_2b: .initials
            case 0x1_5504_2c: .generationQualifier
            case 0x1_5504_2e: .dnQualifier
            case 0x1_5504_41: .pseudonym
            case 0x1_5504_61: .organizationIdentifier
            case 0x1_2a86_4886_f70d_0109_01: .emailAddress
            case 0x1_2a86_4886_f70d_0109_02: .unstructuredName
            case 0x1_0992_2689_93f2_2c64_0101: .userID
            case 0x1_0992_2689_93f2_2c64_0119: .domainComponent
            case 0x1_2b06_0104_0182_373c_0201_01: .jurisdictionLocality
            case 0x1_2b06_0104_0182_373c_0201_02: .jurisdictionState
            case 0x1_2b06_0104_0182_373c_0201_03: .jurisdictionCountry
            default: .other
            }
    }

    /// How it stands in a name's text: OpenSSL's short name; nil for `other`.
    package var label: StaticString? {
        switch self {
        case .commonName: "CN"
        case .country: "C"
        case .locality: "L"
        case .organization: "O"
        case .organizationalUnit: "OU"
        case .stateOrProvince: "ST"
        case .emailAddress: "emailAddress"
        case .serialNumber: "serialNumber"
        case .streetAddress: "street"
        case .postalCode: "postalCode"
        case .title: "title"
        case .surname: "SN"
        case .givenName: "GN"
        case .initials: "initials"
        case .name: "name"
        case .description: "description"
        case .domainComponent: "DC"
        case .userID: "UID"
        case .unstructuredName: "unstructuredName"
        case .organizationIdentifier: "organizationIdentifier"
        case .businessCategory: "businessCategory"
        case .jurisdictionCountry: "jurisdictionC"
        case .jurisdictionState: "jurisdictionST"
        case .jurisdictionLocality: "jurisdictionL"
        case .dnQualifier: "dnQualifier"
        case .generationQualifier: "generationQualifier"
        case .pseudonym: "pseudonym"
        case .telephoneNumber: "telephoneNumber"
        case .other: nil
        }
    }

    /// The last part of its field's name.
    package var field: StaticString {
        switch self {
        case .commonName: "common_name"
        case .country: "country"
        case .locality: "locality"
        case .organization: "organization"
        case .organizationalUnit: "organizational_unit"
        case .stateOrProvince: "state_or_province"
        case .emailAddress: "email_address"
        case .serialNumber: "serial_number"
        case .streetAddress: "street_address"
        case .postalCode: "postal_code"
        case .title: "title"
        case .surname: "surname"
        case .givenName: "given_name"
        case .initials: "initials"
        case .name: "name"
        case .description: "description"
        case .domainComponent: "domain_component"
        case .userID: "user_id"
        case .unstructuredName: "unstructured_name"
        case .organizationIdentifier: "organization_identifier"
        case .businessCategory: "business_category"
        case .jurisdictionCountry: "jurisdiction_country"
        case .jurisdictionState: "jurisdiction_state"
        case .jurisdictionLocality: "jurisdiction_locality"
        case .dnQualifier: "dn_qualifier"
        case .generationQualifier: "generation_qualifier"
        case .pseudonym: "pseudonym"
        case .telephoneNumber: "telephone_number"
        case .other: "other"
        }
    }

    /// Whether ECS has a field for it.
    package var isECS: Bool { rawValue <= Self.stateOrProvince.rawValue }

    /// The most characters that RFC 5280, appendix A.1, and X.520 allow.
    var upperBound: Int {
        switch self {
        case .country, .jurisdictionCountry: 2
        case .surname, .postalCode: 40
        case .telephoneNumber: 32
        case .commonName, .organization, .organizationalUnit, .serialNumber, .title, .dnQualifier: 64
        case .locality, .stateOrProvince, .streetAddress, .pseudonym, .jurisdictionLocality,
            .jurisdictionState:
            128
        case .emailAddress, .unstructuredName: 255
        default: 32_768
        }
    }
}
