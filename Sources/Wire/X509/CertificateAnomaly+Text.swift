extension CertificateAnomaly {
    /// How grave it is, and against what.
    package enum Kind: String, CaseIterable, Sendable {
        /// It breaks the encoding rules (X.690): no common tool writes it.
        case encoding
        /// It breaks X.509 or RFC 5280; strict readers may refuse it.
        case profile
        /// It is allowed and rare.
        case odd
    }

    package var kind: Kind {
        switch self {
        case .trailingData, .trailingDataInCertificate, .trailingDataInTBS, .trailingDataInExtension,
            .trailingDataInKey, .trailingDataInName, .trailingDataInValidity, .trailingDataInAlgorithm,
            .overlongLength, .nonMinimalLength, .indefiniteLength, .nonMinimalInteger, .badBoolean,
            .explicitDefault, .badBitString, .badSetOrder, .badObjectIdentifier, .tooManyParts,
            .unparsableCertificate, .unparsableVersion, .unparsableSerialNumber,
            .unparsableSignatureAlgorithm, .unparsableIssuer, .unparsableValidity, .unparsableSubject,
            .unparsablePublicKey, .unparsableExtensions, .unparsableExtension, .unparsableSignature,
            .emptySerial, .nonStringNamePart, .untaggedVersion:
            .encoding
        case .missingSerialNumber, .missingSignatureAlgorithm, .missingIssuer, .missingValidity,
            .missingSubject, .missingPublicKey, .missingSignature, .negativeSerial, .zeroSerial,
            .longSerial, .unknownVersion, .extensionsBeforeV3, .uniqueIdentifiersInV1,
            .signatureAlgorithmMismatch, .signatureParametersMismatch, .unreadableTime, .malformedTime,
            .generalizedTimeBefore2050, .notAfterBeforeNotBefore, .emptyIssuer, .emptySubjectWithoutSAN,
            .emptyRDN, .wrongStringType, .invalidString, .foreignCharacters, .longNamePart, .badCountry,
            .badRSAModulus, .badRSAExponent, .missingKeyParameters, .explicitCurve, .badCurvePoint,
            .badKeyLength, .duplicateExtension, .emptyExtensions, .precertificatePoison, .certSignWithoutCA,
            .pathLengthWithoutCA, .emptyAlternativeNames, .emptyAlternativeName, .badDNSName, .badIPAddress,
            .emptyKeyUsage, .emptyExtendedKeyUsage:
            .profile
        default: .odd
        }
    }

    /// One sentence for the documentation.
    package var text: String {
        switch self {
        case .trailingData:
            "Bytes follow the certificate's outer SEQUENCE."
        case .trailingDataInCertificate:
            "Bytes follow the signature inside the certificate's SEQUENCE."
        case .trailingDataInTBS:
            "Bytes follow the last field of the TBSCertificate."
        case .trailingDataInExtension:
            "Bytes follow the value inside an extension, or the extension has more elements than three."
        case .trailingDataInKey:
            "Bytes follow the key in the SubjectPublicKeyInfo or inside its BIT STRING."
        case .trailingDataInName:
            "Bytes follow the value of a name's attribute."
        case .trailingDataInValidity:
            "Bytes follow the two times of the validity."
        case .trailingDataInAlgorithm:
            "Bytes follow the parameters of a signature algorithm."
        case .overlongLength:
            "A length reaches past the end of what holds the element; the element is cut there."
        case .nonMinimalLength:
            "A length is written in more bytes than it needs."
        case .indefiniteLength:
            "A length is left open (BER), which DER forbids."
        case .untaggedVersion:
            "The version stands there without its `[0]` tag."
        case .nonMinimalInteger:
            "An INTEGER has leading bytes that it does not need."
        case .badBoolean:
            "A BOOLEAN is not one byte of 00 or FF."
        case .explicitDefault:
            "A default value (version 1, a FALSE) is written out, which DER forbids."
        case .badBitString:
            "A BIT STRING is empty, claims more than seven unused bits, has unused bits where none can be, or sets them."
        case .badSetOrder:
            "The attributes of a multi-valued RDN are not in the order that DER asks for."
        case .badObjectIdentifier:
            "An OBJECT IDENTIFIER is empty, breaks off, or pads an arc."
        case .tooManyParts:
            "A list has more parts than are read; the rest is skipped."
        case .unparsableCertificate:
            "There is no certificate structure at all: only the digests are known."
        case .unparsableVersion:
            "The version is there and can't be read."
        case .unparsableSerialNumber:
            "Something else stands where the serial number belongs."
        case .unparsableSignatureAlgorithm:
            "Something else stands where the inner signature algorithm belongs."
        case .unparsableIssuer:
            "The issuer, or a part of it, can't be read."
        case .unparsableValidity:
            "Something else stands where the validity belongs."
        case .unparsableSubject:
            "The subject, or a part of it, can't be read."
        case .unparsablePublicKey:
            "The key, or its parameters, can't be read."
        case .unparsableExtensions:
            "The list of extensions, or an entry of it, can't be read."
        case .unparsableExtension:
            "The content of a known extension can't be read."
        case .unparsableSignature:
            "The outer signature algorithm or the signature can't be read."
        case .missingSerialNumber:
            "There is no serial number."
        case .missingSignatureAlgorithm:
            "There is no inner signature algorithm."
        case .missingIssuer:
            "There is no issuer, not even an empty one."
        case .missingValidity:
            "There is no validity."
        case .missingSubject:
            "There is no subject, not even an empty one."
        case .missingPublicKey:
            "There is no public key."
        case .missingSignature:
            "There is no outer signature algorithm or no signature."
        case .negativeSerial:
            "The serial number is negative."
        case .zeroSerial:
            "The serial number is zero."
        case .longSerial:
            "The serial number has more than 20 content bytes (RFC 5280, section 4.1.2.2)."
        case .emptySerial:
            "The serial number has no content bytes."
        case .unknownVersion:
            "The version is none of 1, 2 and 3."
        case .extensionsBeforeV3:
            "There are extensions, which version 3 brought, under another version."
        case .uniqueIdentifiersInV1:
            "There is a unique identifier, which version 2 brought, in version 1."
        case .uniqueIdentifiers:
            "There is an issuer or subject unique identifier, which RFC 5280 bars CAs from using."
        case .signatureAlgorithmMismatch:
            "The inner and the outer signature algorithm differ."
        case .signatureParametersMismatch:
            "The inner and the outer signature algorithm are the same and their parameters differ."
        case .unreadableTime:
            "A time of the validity says no date that exists."
        case .malformedTime:
            "A time of the validity is not in the form of RFC 5280: no seconds, fractions, or no Z."
        case .generalizedTimeBefore2050:
            "A time from 1950 to 2049 is a GeneralizedTime, where RFC 5280 asks for UTCTime."
        case .timeBefore1950:
            "A time lies before 1950."
        case .notAfterBeforeNotBefore:
            "The validity ends before it begins."
        case .zeroValidity:
            "The validity ends in the second in which it begins."
        case .emptyIssuer:
            "The issuer has no attributes."
        case .emptySubjectWithoutSAN:
            "The subject has no attributes and there is no subject alternative name."
        case .emptyRDN:
            "An RDN has no attributes."
        case .emptyNamePart:
            "An attribute is there and its value is empty."
        case .nonStringNamePart:
            "An attribute's value is no string."
        case .wrongStringType:
            "An attribute has a string type that is not allowed for it, such as a country in UTF8String."
        case .invalidString:
            "A string's bytes do not decode; its value is given as `#` and the hex of its DER."
        case .foreignCharacters:
            "A string has characters that its type does not have, such as `@` in a PrintableString."
        case .controlCharacters:
            "A string has control characters, such as NUL or escape."
        case .longNamePart:
            "An attribute is longer than its upper bound in RFC 5280, appendix A.1."
        case .badCountry:
            "A country is not two letters."
        case .smallRSAKey:
            "The RSA modulus has fewer than 2048 bits."
        case .oddRSAKeySize:
            "The RSA modulus has a number of bits that 8 does not divide."
        case .badRSAModulus:
            "The RSA modulus is zero, negative or even."
        case .smallRSAExponent:
            "The RSA exponent is less than 65537."
        case .largeRSAExponent:
            "The RSA exponent has more than 64 bits."
        case .badRSAExponent:
            "The RSA exponent is negative, even, or 1."
        case .missingKeyParameters:
            "The key algorithm needs parameters and has none: a NULL for RSA, a curve, a prime."
        case .explicitCurve:
            "The curve is given by its parameters, not by its name (RFC 5480, section 2.1.1)."
        case .badCurvePoint:
            "The point does not have the length or the form of its curve."
        case .badKeyLength:
            "A key of fixed length has another one."
        case .duplicateExtension:
            "An extension stands more than once; the first is read."
        case .emptyExtensions:
            "The list of extensions is there and empty."
        case .unknownCriticalExtension:
            "An extension that no RFC known here defines is critical."
        case .precertificatePoison:
            "The Certificate Transparency poison is there: a precertificate is not to be served (RFC 6962, section 3.1)."
        case .certSignWithoutCA:
            "The key may sign certificates and basicConstraints do not say CA."
        case .pathLengthWithoutCA:
            "There is a path length and basicConstraints do not say CA."
        case .emptyAlternativeNames:
            "The subject alternative name is there and empty."
        case .emptyAlternativeName:
            "An alternative name is an empty string."
        case .badDNSName:
            "A dNSName has characters or labels that no host name has."
        case .badIPAddress:
            "An iPAddress is of neither 4 nor 16 bytes."
        case .emptyKeyUsage:
            "The key usage is there and has no bit set."
        case .emptyExtendedKeyUsage:
            "The extended key usage is there and empty."
        case .badKeyUsage:
            "The key usage has bits beyond the nine that are defined."
        case .readInPart:
            "Only the beginning was read: it is longer than what is kept of a chain, or the connection ended before."
        }
    }
}
