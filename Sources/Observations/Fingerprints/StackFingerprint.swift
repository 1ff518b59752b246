package import Bytes
package import Wire

/// Hallmark's own fingerprint of a TLS stack: what its first flight showed, in order, in one line of text.
///
/// It costs no connection of its own. Left out is what depends on the
/// certificate, on the server name or on the moment: server_name, stapled
/// responses and timestamps, the kind of key in the suite's name, the
/// signature, the sizes of records. `Docs/fingerprints.md` gives the grammar.
package enum StackFingerprint {
    /// Goes up when the same flight gives another text than before.
    package static let version = 1

    /// Appends the parts joined by underscores; nothing, and false, without a ServerHello.
    package static func append(_ flight: ServerFlight, to out: inout ByteBuffer) -> Bool {
        guard let suite = flight.suite else { return false }
        out.append(decimal: version)
        out.append(0x5f)
        out.append(hex16: flight.version)
        out.append(0x5f)
        out.append(hex16: flight.legacyVersion)
        out.append(0x5f)
        out.append(hex16: flight.recordVersion ?? 0)
        out.append(0x5f)
        append(family: suite, to: &out)
        out.append(0x5f)
        if let group = flight.group { out.append(hex16: group) } else { out.append(0x2d) }
        out.append(0x5f)
        switch flight.sessionID {
        case .unseen: out.append(0x2d)
        case .empty: out.append(0x30)
        case .echoed: out.append(0x65)
        case .new: out.append(0x6e)
        }
        out.append(decimal: Int(flight.compression ?? 0))
        out.append(0x5f)
        append(retryOf: flight, to: &out)
        out.append(0x5f)
        append(flight.serverHello, flight, to: &out)
        out.append(0x5f)
        append(flight.encryptedExtensions, flight, to: &out)
        out.append(0x5f)
        append(requestOf: flight, to: &out)
        out.append(0x5f)
        append(flight.certificateEntry, flight, to: &out)
        out.append(0x5f)
        append(flight.messages.span, to: &out) { $0 }
        out.append(0x5f)
        append(records: flight, to: &out)
        out.append(0x5f)
        append(flight.alerts.span, to: &out) { $0.code }
        return true
    }

    /// Extensions that depend on name or certificate: server_name, status_request,
    /// signed_certificate_timestamp.
    private static func isVariable(_ type: UInt16) -> Bool {
        type == 0 || type == 5 || type == 18
    }

    /// The suite's name without the kind of key: `TLS_ECDHE_WITH_AES_128_GCM_SHA256`.
    private static func append(family suite: UInt16, to out: inout ByteBuffer) {
        guard let name = CipherSuite.name(suite) else { return out.append(hex16: suite) }
        let base = name.utf8Start
        let count = name.utf8CodeUnitCount
        var start = 0
        var isFirst = true
        while start < count {
            var end = start
            while end < count, base[end] != 0x5f { end += 1 }
            let word = UnsafeBufferPointer(start: base + start, count: end - start).span
            if !isKeyKind(word) {
                if !isFirst { out.append(0x2d) }
                isFirst = false
                out.append(word)
            }
            start = end + 1
        }
    }

    private static func isKeyKind(_ word: Span<UInt8>) -> Bool {
        func equals(_ text: StaticString) -> Bool {
            guard text.utf8CodeUnitCount == word.count else { return false }
            for index in word.indices where word[index] != text.utf8Start[index] { return false }
            return true
        }
        return equals("TLS") || equals("WITH") || equals("RSA") || equals("ECDSA") || equals("DSS")
    }

    private static func append(retryOf flight: ServerFlight, to out: inout ByteBuffer) {
        guard flight.helloRetryRequest.isPresent else { return out.append(0x2d) }
        if let group = flight.helloRetryRequest.group { out.append(hex16: group) } else { out.append(0x30) }
        out.append(0x2e)
        append(flight.helloRetryRequest.extensions, flight, to: &out)
    }

    private static func append(requestOf flight: ServerFlight, to out: inout ByteBuffer) {
        guard flight.certificateRequest.isPresent else { return out.append(0x2d) }
        append(flight.certificateRequest.types.span, to: &out) { $0 }
        out.append(0x2e)
        for index in flight.certificateRequest.signatureSchemes.indices {
            if index > 0 { out.append(0x2d) }
            out.append(hex16: flight.certificateRequest.signatureSchemes[index])
        }
        out.append(0x2e)
        append(flight.certificateRequest.extensions, flight, to: &out)
    }

    /// Extension types in order, each with its value where that is the stack's.
    ///
    /// `.` stands for a list that was sent empty, `-` for none.
    private static func append(_ list: ExtensionList, _ flight: ServerFlight, to out: inout ByteBuffer) {
        guard list.isPresent else { return out.append(0x2d) }
        var isFirst = true
        for item in list.items where !isVariable(item.type) {
            if !isFirst { out.append(0x2d) }
            isFirst = false
            out.append(decimal: Int(item.type))
            guard !item.value.isEmpty else { continue }
            out.append(0x3d)
            out.append(lowercaseHex: flight.values.span.extracting(item.value.indices))
        }
        if isFirst { out.append(0x2e) }
    }

    private static func append<Element>(
        _ span: Span<Element>,
        to out: inout ByteBuffer,
        _ number: (Element) -> UInt8
    ) {
        for index in span.indices {
            if index > 0 { out.append(0x2d) }
            out.append(decimal: Int(number(span[index])))
        }
    }

    /// `22-20-23x4`: equal neighbours are counted, up to four.
    private static func append(records flight: ServerFlight, to out: inout ByteBuffer) {
        var index = 0
        while index < flight.records.count {
            let type = flight.records[index].type
            var count = 1
            while index + count < flight.records.count, flight.records[index + count].type == type {
                count += 1
            }
            if index > 0 { out.append(0x2d) }
            out.append(decimal: Int(type))
            if count > 1 {
                out.append(0x78)
                out.append(decimal: min(4, count))
            }
            index += count
        }
    }
}

extension ByteBuffer {
    /// Four lower-case hex digits.
    mutating func append(hex16 value: UInt16) {
        let bytes: InlineArray<2, UInt8> = [UInt8(value >> 8), UInt8(value & 0xff)]
        append(lowercaseHex: bytes.span)
    }
}
