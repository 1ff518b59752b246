import Bytes
package import Wire

/// What a server's first flight showed, as members of the record.
///
/// What was not seen is left out; a list that was seen empty is `[]`.
extension ByteBuffer {
    /// Members of `tls`; the caller has opened the object and adds the others.
    ///
    /// - Parameters:
    ///   - serverName: the one sent; empty when none was.
    ///   - established: whether the handshake was completed.
    package mutating func members(
        flight: borrowing ServerFlight,
        serverName: Span<UInt8>,
        established: Bool
    ) {
        if flight.isDatagram, flight.version == 0x0302 {
            // There is no DTLS 1.1.
            member("version", "1.0")
            member("version_protocol", "dtls")
        } else if let number = versionNumber(flight.version) {
            member("version", number)
            let name: StaticString =
                flight.version == 0x0101
                ? "tlcp" : flight.isDatagram ? "dtls" : flight.version > 0x0300 ? "tls" : "ssl"
            member("version_protocol", name)
        }
        if let suite = flight.suite { member("cipher", CipherSuite.name(suite), or: suite) }
        if let group = flight.group { member("curve", NamedGroup.name(group), or: group) }
        if !flight.nextProtocol.isEmpty { member("next_protocol", flight.nextProtocol.span) }
        member("established", established)
        if !serverName.isEmpty {
            object("client")
            member("server_name", serverName)
            endObject()
        }
    }

    /// The members `version` and `cipher` of a connection that is not the record's own.
    mutating func negotiated(_ version: UInt16, _ suite: UInt16?) {
        if let number = versionNumber(version) { member("version", number) }
        if let suite { member("cipher", CipherSuite.name(suite), or: suite) }
    }

    /// The member `tls` of `hallmark`, unless the flight showed nothing.
    package mutating func member(flight: borrowing ServerFlight) {
        let start = count
        object("tls")
        if flight.serverHello.isPresent { serverHello(flight) }
        if flight.serverHello.isPresent || flight.helloRetryRequest.isPresent { helloRetryRequest(flight) }
        list("encrypted_extensions", flight.encryptedExtensions)
        list("certificate_extensions", flight.certificateEntry)
        if let version = flight.recordVersion { member("record_version", hexadecimal: version) }
        if let scheme = flight.signatureScheme {
            member("signature_scheme", SignatureScheme.name(scheme), or: scheme)
        }
        if !flight.messages.isEmpty { numbers("messages", flight.messages.span) { Int($0) } }
        if !flight.records.isEmpty { numbers("record_sizes", flight.records.span) { Int($0.length) } }
        if !flight.alerts.isEmpty { alerts(flight) }
        if flight.certificateRequest.isPresent { certificateRequest(flight.certificateRequest) }
        if !flight.ocspResponse.isEmpty {
            key("ocsp_response")
            base64(flight.ocspResponse.span)
        }
        if !flight.timestamps.isEmpty {
            array("scts")
            for index in 0..<flight.timestamps.count {
                comma()
                flight.timestamps.withString(index) { base64($0) }
            }
            endArray()
        }
        if let close = flight.close { member("close", close.text) }
        if last == 0x7b { truncate(to: start) } else { endObject() }
    }

    private mutating func serverHello(_ flight: borrowing ServerFlight) {
        list("server_hello_extensions", flight.serverHello)
        member("legacy_version", hexadecimal: flight.legacyVersion)
        if let draft = flight.draft { member("draft", Int(draft)) }
        if let compression = flight.compression { member("compression_method", Int(compression)) }
        if let answer = flight.sessionID.text { member("session_id", answer) }
        if let sentinel = flight.downgrade {
            member("downgrade_sentinel", sentinel == .tls12 ? "tls12" : "tls11" as StaticString)
        }
        if flight.version <= 0x0303 {
            member("extended_master_secret", flight.hasExtendedMasterSecret)
            member("secure_renegotiation", flight.hasSecureRenegotiation)
        }
        member("change_cipher_spec", flight.hasChangeCipherSpec)
    }

    private mutating func helloRetryRequest(_ flight: borrowing ServerFlight) {
        member("hello_retry_request", flight.helloRetryRequest.isPresent)
        if let group = flight.helloRetryRequest.group {
            member("retry_group", NamedGroup.name(group), or: group)
        }
    }

    private mutating func alerts(_ flight: borrowing ServerFlight) {
        array("alerts")
        for alert in flight.alerts {
            comma()
            append(alert: alert.code)
        }
        endArray()
        numbers("alert_codes", flight.alerts.span) { Int($0.code) }
    }

    /// An alert's name, or `alert_` and its number, as a string.
    mutating func append(alert code: UInt8) {
        append(0x22)
        if let name = AlertCode.name(code) {
            append(name)
        } else {
            append("alert_")
            append(decimal: Int(code))
        }
        append(0x22)
    }

    private mutating func certificateRequest(_ request: borrowing CertificateRequest) {
        object("certificate_request")
        member("present", true)
        if !request.authorities.isEmpty { authorities(request.authorities) }
        if !request.signatureSchemes.isEmpty {
            array("signature_schemes")
            for scheme in request.signatureSchemes {
                comma()
                name(SignatureScheme.name(scheme), or: scheme)
            }
            endArray()
        }
        endObject()
    }

    /// The names as text; what is no name in hex.
    private mutating func authorities(_ names: borrowing ByteStrings) {
        var index = CertificateIndex()
        array("authorities")
        for number in 0..<names.count {
            comma()
            append(0x22)
            names.withString(number) { bytes in
                if index.readName(bytes) {
                    append(name: index.subject.span, bytes, index)
                } else {
                    append(hex: bytes)
                }
            }
            append(0x22)
        }
        endArray()
    }

    private mutating func list(_ name: StaticString, _ extensions: borrowing ExtensionList) {
        guard extensions.isPresent else { return }
        numbers(name, extensions.items.span) { Int($0.type) }
    }

    private mutating func numbers<Element>(
        _ name: StaticString,
        _ elements: Span<Element>,
        _ number: (Element) -> Int
    ) {
        array(name)
        for index in elements.indices {
            comma()
            append(decimal: number(elements[index]))
        }
        endArray()
    }

    /// A name that is known, or else `0x` and four digits.
    private mutating func member(_ name: StaticString, _ known: StaticString?, or number: UInt16) {
        key(name)
        self.name(known, or: number)
    }

    private mutating func name(_ known: StaticString?, or number: UInt16) {
        append(0x22)
        if let known {
            append(known)
        } else {
            append("0x")
            append(digits: number)
        }
        append(0x22)
    }

    private mutating func member(_ name: StaticString, hexadecimal number: UInt16) {
        key(name)
        append(0x22)
        append(digits: number)
        append(0x22)
    }

    private mutating func append(digits number: UInt16) {
        let bytes: InlineArray<2, UInt8> = [UInt8(number >> 8), UInt8(number & 0xff)]
        append(lowercaseHex: bytes.span)
    }

    private mutating func base64(_ bytes: Span<UInt8>) {
        append(0x22)
        append(base64: bytes)
        append(0x22)
    }
}

/// `3.0` is SSL's; nil for what is no version.
private func versionNumber(_ version: UInt16) -> StaticString? {
    switch version {
    case 0x0101: "1.1"  // TLCP's (GM/T 0024, GB/T 38636)
    case 0x0300: "3.0"
    case 0x0301: "1.0"
    case 0x0302: "1.1"
    case 0x0303: "1.2"
    case 0x0304: "1.3"
    default: nil
    }
}

extension ServerFlight.SessionID {
    fileprivate var text: StaticString? {
        switch self {
        case .unseen: nil
        case .empty: "empty"
        case .echoed: "echoed"
        case .new: "new"
        }
    }
}

extension ServerFlight.Close {
    fileprivate var text: StaticString {
        switch self {
        case .alert: "alert"
        case .close: "close"
        case .reset: "reset"
        case .timeout: "timeout"
        }
    }
}
