import Bytes
import Wire

/// What the record says of the leaf's extensions.
extension CertificateEncoder {
    mutating func writeExtensions(_ leaf: Span<UInt8>, to out: inout ByteBuffer) {
        guard !index.extensions.whole.isEmpty else { return }
        out.member("extension_oids", types: index.extensions.all.span, leaf)
        texts.collectExtensions(leaf, index)
        out.key("extensions_text")
        texts.write(to: &out)
        out.member("critical_extensions", critical: index.extensions.all.span, leaf)
        writeUsage(leaf, to: &out)
        if let isCA = index.extensions.isCA { out.member("is_ca", isCA) }
        if let length = index.extensions.pathLength { out.member("path_length", length) }
        if let identifier = index.extensions.subjectKeyID {
            out.member("subject_key_id", hex: leaf.extracting(identifier.indices))
        }
        if let identifier = index.extensions.authorityKeyID {
            out.member("authority_key_id", hex: leaf.extracting(identifier.indices))
        }
        out.member("policies", oids: index.extensions.policies.span, leaf)
        out.member("crl_urls", texts: index.extensions.crlURLs.span, leaf, index)
        out.member("ocsp_urls", texts: index.extensions.ocspURLs.span, leaf, index)
        out.member("ca_issuers_urls", texts: index.extensions.issuerURLs.span, leaf, index)
        out.member("sct_log_ids", hexes: index.extensions.logIDs.span, leaf)
        writeTimestamps(leaf, to: &out)
    }

    /// Each embedded SCT of version 1: the log, and when it promised, which is told to the second.
    private func writeTimestamps(_ leaf: Span<UInt8>, to out: inout ByteBuffer) {
        guard !index.extensions.logIDs.isEmpty else { return }
        out.array("scts")
        for place in index.extensions.logIDs.indices {
            let id = index.extensions.logIDs[place].indices
            out.element()
            out.member("log_id", hex: leaf.extracting(id))
            out.member("source", "certificate" as StaticString)
            if leaf.count - id.upperBound >= 8 {
                var milliseconds: UInt64 = 0
                for index in id.upperBound..<id.upperBound + 8 {
                    milliseconds = milliseconds << 8 | UInt64(leaf[index])
                }
                if let time = CertificateTime(seconds: Int(milliseconds / 1000)) {
                    out.member("timestamp", time: time)
                }
            }
            out.endObject()
        }
        out.endArray()
    }

    private mutating func writeUsage(_ leaf: Span<UInt8>, to out: inout ByteBuffer) {
        if let bits = index.extensions.keyUsage {
            out.array("key_usage")
            for place in 0..<9 where bits & 0x8000 >> UInt16(place) != 0 {
                out.element(name: keyUsageName(place))
            }
            out.endArray()
            texts.collect(keyUsage: bits)
            out.key("key_usage_text")
            texts.write(to: &out)
        }
        guard index.extensions.all.contains(where: { $0.key == .extendedKeyUsage }) else { return }
        out.array("extended_key_usage")
        for place in index.extensions.extendedKeyUsage.indices {
            out.comma()
            out.append(0x22)
            out.append(extendedUsage: index.extensions.extendedKeyUsage[place], leaf)
            out.append(0x22)
        }
        out.endArray()
        texts.collectExtendedUsage(leaf, index)
        out.key("extended_key_usage_text")
        texts.write(to: &out)
    }

    mutating func writeNameKinds(_ leaf: Span<UInt8>, to out: inout ByteBuffer) {
        guard index.extensions.all.contains(where: { $0.key == .subjectAlternativeName }) else { return }
        out.object("alternative_names")
        writeNameKinds("dns", .dns, leaf, to: &out)
        writeNameKinds("ip", .address, leaf, to: &out)
        writeNameKinds("email", .email, leaf, to: &out)
        writeNameKinds("uri", .uri, leaf, to: &out)
        writeNameKinds("directory", .directory, leaf, to: &out)
        writeNameKinds("other", .other, leaf, to: &out)
        out.endObject()
        texts.collectAlternativeNames(leaf, index)
        out.key("alternative_names_text")
        texts.write(to: &out)
    }

    private func writeNameKinds(
        _ name: StaticString,
        _ kind: AlternativeName.Kind,
        _ leaf: Span<UInt8>,
        to out: inout ByteBuffer
    ) {
        let names = index.extensions.alternativeNames.span
        var isOpen = false
        for place in names.indices where names[place].kind == kind {
            if !isOpen { out.array(name) }
            isOpen = true
            out.element(name: names[place], leaf, index)
        }
        if isOpen { out.endArray() }
    }
}

extension ByteBuffer {
    fileprivate mutating func element(name: StaticString) {
        comma()
        append(0x22)
        append(name)
        append(0x22)
    }

    fileprivate mutating func member(
        _ name: StaticString,
        types extensions: Span<CertificateExtension>,
        _ bytes: Span<UInt8>
    ) {
        key(name)
        append(0x22)
        for place in extensions.indices {
            if place > 0 { append(0x2c) }
            append(oid: bytes, extensions[place].type)
        }
        append(0x22)
    }

    fileprivate mutating func member(
        _ name: StaticString,
        critical extensions: Span<CertificateExtension>,
        _ bytes: Span<UInt8>
    ) {
        var isOpen = false
        for place in extensions.indices where extensions[place].isCritical {
            if !isOpen { array(name) }
            isOpen = true
            comma()
            append(0x22)
            append(oid: bytes, extensions[place].type)
            append(0x22)
        }
        if isOpen { endArray() }
    }

    fileprivate mutating func member(_ name: StaticString, hexes: Span<ByteRange>, _ bytes: Span<UInt8>) {
        guard hexes.count > 0 else { return }
        array(name)
        for place in hexes.indices {
            comma()
            append(0x22)
            append(hex: bytes.extracting(hexes[place].indices))
            append(0x22)
        }
        endArray()
    }

    /// A purpose by its name, or its identifier (RFC 5280, section 4.2.1.12).
    mutating func append(extendedUsage type: ByteRange, _ bytes: Span<UInt8>) {
        switch OIDKey(bytes, type).value {
        case 0x1_2b06_0105_0507_0301: append("server_auth")
        case 0x1_2b06_0105_0507_0302: append("client_auth")
        case 0x1_2b06_0105_0507_0303: append("code_signing")
        case 0x1_2b06_0105_0507_0304: append("email_protection")
        case 0x1_2b06_0105_0507_0308: append("time_stamping")
        case 0x1_2b06_0105_0507_0309: append("ocsp_signing")
        case 0x1_551d_2500: append("any")
        default: append(oid: bytes, type)
        }
    }
}

extension SortedTexts {
    fileprivate mutating func collectExtensions(_ bytes: Span<UInt8>, _ index: borrowing CertificateIndex) {
        removeAll()
        let extensions = index.extensions.all.span
        for place in extensions.indices { add { $0.append(oid: bytes, extensions[place].type) } }
    }

    fileprivate mutating func collect(keyUsage bits: UInt16) {
        removeAll()
        for place in 0..<9 where bits & 0x8000 >> UInt16(place) != 0 {
            add { $0.append(keyUsageName(place)) }
        }
    }

    fileprivate mutating func collectExtendedUsage(
        _ bytes: Span<UInt8>,
        _ index: borrowing CertificateIndex
    ) {
        removeAll()
        let types = index.extensions.extendedKeyUsage.span
        for place in types.indices { add { $0.append(extendedUsage: types[place], bytes) } }
    }

    fileprivate mutating func collectAlternativeNames(
        _ bytes: Span<UInt8>,
        _ index: borrowing CertificateIndex
    ) {
        removeAll()
        let names = index.extensions.alternativeNames.span
        for place in names.indices { add { $0.append(alternativeName: names[place], bytes, index) } }
    }
}

/// The bits of the key usage in order (RFC 5280, section 4.2.1.3).
private func keyUsageName(_ place: Int) -> StaticString {
    switch place {
    case 0: "digital_signature"
    case 1: "non_repudiation"
    case 2: "key_encipherment"
    case 3: "data_encipherment"
    case 4: "key_agreement"
    case 5: "key_cert_sign"
    case 6: "crl_sign"
    case 7: "encipher_only"
    default: "decipher_only"
    }
}
