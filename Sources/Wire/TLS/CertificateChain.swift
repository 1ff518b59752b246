package import Bytes

/// The certificates of a Certificate message, leaf first, each in DER.
///
/// See `ServerFlight.chain` for its bounds.
package typealias CertificateChain = ByteStrings
