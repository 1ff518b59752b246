internal import COpenSSL

/// The digests by which bodies and icons are looked up.
package enum BodyDigest {
    package static func sha256(_ bytes: Span<UInt8>) -> [UInt8] { digest(bytes, 32, cSHA256) }

    package static func sha1(_ bytes: Span<UInt8>) -> [UInt8] { digest(bytes, 20, cSHA1) }

    package static func md5(_ bytes: Span<UInt8>) -> [UInt8] { digest(bytes, 16, cMD5) }

    private typealias Function = (UnsafeRawPointer?, Int, UnsafeMutableRawPointer?) -> Void

    private static func digest(_ bytes: Span<UInt8>, _ count: Int, _ function: Function) -> [UInt8] {
        bytes.withUnsafeBytes { bytes in
            [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
                function(bytes.baseAddress, bytes.count, output.baseAddress)
                initialized = count
            }
        }
    }
}
