// JA4S and JA4X are methods of JA4+, Copyright (c) FoxIO, LLC, patent pending, under the FoxIO License 1.1:
// https://github.com/FoxIO-LLC/ja4/blob/main/LICENSE
// This module stands apart from the rest of Hallmark, which uses neither; see NOTICE.

package import Bytes
import Observations
package import Wire

/// JA4S: the ServerHello's version, suite, ALPN and extension types, the last hashed.
///
/// The first ServerHello of a connection counts, and a HelloRetryRequest is
/// one, as in FoxIO's tools.
package enum JA4S {
    /// Appends `t130200_1302_a56c5b993250`; nothing, and false, without a ServerHello.
    package static func append(_ flight: ServerFlight, to out: inout ByteBuffer) -> Bool {
        let isRetry = flight.helloRetryRequest.isPresent
        guard let suite = isRetry ? flight.helloRetryRequest.suite : flight.suite else { return false }
        let list = isRetry ? flight.helloRetryRequest.extensions : flight.serverHello
        out.append(0x74)
        // Only TLS 1.3 has a HelloRetryRequest.
        out.append(versionText(isRetry ? 0x0304 : flight.version))
        out.append(decimal: min(99, list.items.count + list.dropped), width: 2)
        append(protocolOf: flight, list, to: &out)
        out.append(0x5f)
        out.append(lowercaseHex: [UInt8(suite >> 8), UInt8(suite & 0xff)].span)
        out.append(0x5f)
        var types = ByteBuffer(capacity: 256)
        for index in list.items.indices {
            let type = list.items[index].type
            if index > 0 { types.append(0x2c) }
            types.append(lowercaseHex: [UInt8(type >> 8), UInt8(type & 0xff)].span)
        }
        out.append(shortHash: types)
        return true
    }

    private static func versionText(_ version: UInt16) -> StaticString {
        switch version {
        case 0x0304: "13"
        case 0x0303: "12"
        case 0x0302: "11"
        case 0x0301: "10"
        case 0x0300: "s3"
        case 0x0002: "s2"
        default: "00"
        }
    }

    /// First and last character of the ALPN in the ServerHello itself, so never TLS 1.3's.
    private static func append(
        protocolOf flight: ServerFlight,
        _ list: ExtensionList,
        to out: inout ByteBuffer
    ) {
        guard list.items.contains(where: { $0.type == 16 }), let first = flight.nextProtocol.first,
            let last = flight.nextProtocol.last
        else { return out.append("00") }
        guard first < 0x80, last < 0x80 else { return out.append("99") }
        out.append(json: [first, last].span)
    }
}
