// JA4S and JA4X are methods of JA4+, Copyright (c) FoxIO, LLC, patent pending, under the FoxIO License 1.1:
// https://github.com/FoxIO-LLC/ja4/blob/main/LICENSE
// This module stands apart from the rest of Hallmark, which uses neither; see NOTICE.

package import Bytes
import Observations
import Wire

/// JA4X: which attributes and extensions a certificate has, in order; their values do not count.
package enum JA4X {
    /// Appends `2166164053c1_2166164053c1_ecad00239dd7`: issuer, subject, extensions.
    ///
    /// Nothing, and false, for what is no certificate.
    package static func append(_ der: Span<UInt8>, to out: inout ByteBuffer) -> Bool {
        var index = CertificateIndex()
        guard index.read(der) else { return false }
        var types = ByteBuffer(capacity: 512)
        for attribute in index.issuer { append(attribute.type, of: der, to: &types) }
        out.append(shortHash: types)
        types.removeAll()
        for attribute in index.subject { append(attribute.type, of: der, to: &types) }
        out.append(0x5f)
        out.append(shortHash: types)
        types.removeAll()
        for entry in index.extensions.all { append(entry.type, of: der, to: &types) }
        out.append(0x5f)
        out.append(shortHash: types)
        return true
    }

    /// The contents octets of an object identifier in hexadecimal.
    private static func append(_ type: ByteRange, of der: Span<UInt8>, to out: inout ByteBuffer) {
        if !out.isEmpty { out.append(0x2c) }
        out.append(lowercaseHex: der.extracting(type.indices))
    }
}
