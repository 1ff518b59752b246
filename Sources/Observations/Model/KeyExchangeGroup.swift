/// What the name of a key exchange's group (`tls.curve`) says of it.
package enum KeyExchangeGroup {
    /// Whether what was exchanged withstands a quantum computer: the hybrid groups of TLS are named after
    /// ML-KEM, or Kyber before it had that name.
    package static func isPostQuantum(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.contains("mlkem") || name.contains("kyber")
    }
}
