import Bytes
import COpenSSL
import Glibc
import Wire

/// Trusted CA certificates, and the check of a chain against them (RFC 5280, section 6; RFC 6125 for names).
package final class TrustStore {
    /// What a check found.
    package struct Result: Equatable, Sendable {
        /// `valid`, or OpenSSL's reason why not.
        package var chain: String
        /// `valid`, `mismatch` or `not_checked`.
        package var name: String
    }

    private let store: OpaquePointer

    /// - Parameter file: a PEM file of CA certificates; nil for the system's.
    package init(file: String?) throws(TLSError) {
        ERR_clear_error()
        // Each thread reads the file, and a pipe gives what it has only once.
        var status = stat()
        if let file, stat(file, &status) == 0, status.st_mode & S_IFMT == S_IFIFO {
            throw TLSError(codes: [0x8000_0000 | UInt(ESPIPE)], file: file)
        }
        guard let store = X509_STORE_new() else { throw .fromQueue() }
        self.store = store
        let result = file.map { X509_STORE_load_file(store, $0) } ?? X509_STORE_set_default_paths(store)
        guard result == 1 else {
            throw .fromQueue(file: file)
        }
    }

    deinit { X509_STORE_free(store) }

    /// Checks the chain that a handshake of ours was shown; nil when its leaf can't be read by libcrypto.
    func check(_ chain: CertificateChain, name: String?, address: [UInt8]) -> Result? {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let stack = OPENSSL_sk_new_null() else { return nil }
        var certificates: [OpaquePointer] = []
        defer {
            for certificate in certificates { X509_free(certificate) }
            OPENSSL_sk_free(stack)
        }
        for index in 0..<chain.count {
            let certificate = chain.withString(index) { bytes in
                bytes.withUnsafeBufferPointer { buffer in
                    var pointer = buffer.baseAddress
                    return d2i_X509(nil, &pointer, buffer.count)
                }
            }
            // As libssl does, a chain is taken whole or not at all.
            guard let certificate else { return nil }
            certificates.append(certificate)
            OPENSSL_sk_push(stack, UnsafeRawPointer(certificate))
        }
        return certificates.first.map { check($0, stack, name: name, address: address) }
    }

    /// - Parameters:
    ///   - leaf: libssl's certificate.
    ///   - chain: the stack of all that the server sent.
    ///   - name: the host name to check, or nil.
    ///   - address: the address to check when there is no name: 4 or 16 bytes.
    func check(_ leaf: OpaquePointer, _ chain: OpaquePointer?, name: String?, address: [UInt8]) -> Result {
        guard let context = X509_STORE_CTX_new() else {
            return Result(chain: TLSError.fromQueue().description, name: "not_checked")
        }
        defer { X509_STORE_CTX_free(context) }
        guard X509_STORE_CTX_init(context, store, leaf, chain) == 1 else {
            return Result(chain: TLSError.fromQueue().description, name: "not_checked")
        }
        X509_VERIFY_PARAM_set_purpose(X509_STORE_CTX_get0_param(context), X509_PURPOSE_SSL_SERVER)
        var text = "valid"
        if X509_verify_cert(context) != 1 {
            let code = X509_STORE_CTX_get_error(context)
            text = X509_verify_cert_error_string(Int(code)).map { String(cString: $0) } ?? "error \(code)"
        }
        ERR_clear_error()
        return Result(chain: text, name: Self.checkName(leaf, name, address))
    }

    private static func checkName(_ leaf: OpaquePointer, _ name: String?, _ address: [UInt8]) -> String {
        let result: CInt
        if let name {
            // A common name is no host name (RFC 9525, section 2); some verifiers still take it for one.
            let flags = UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)
            result = X509_check_host(leaf, name, name.utf8.count, flags, nil)
        } else if address.count == 4 || address.count == 16 {
            result = X509_check_ip(leaf, address, address.count, 0)
        } else {
            return "not_checked"
        }
        return result == 1 ? "valid" : "mismatch"
    }
}
