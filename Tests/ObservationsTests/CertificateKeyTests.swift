import Bytes
import Foundation
import Observations
import TestSupport
import Testing
import Wire

/// Keys of every kind that openssl makes, as they stand in its certificates.
@Suite struct CertificateKeyTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        /// What follows `-newkey`, and its `-pkeyopt`s.
        let options: [String]
        let algorithm: String
        let size: Int
        var curve: String?
        var exponent: Int?
        var signature = "ecdsa-with-SHA256"

        var testDescription: String { options.joined(separator: " ") }
    }

    static let samples: [Sample] = [
        Sample(
            options: ["rsa", "rsa_keygen_bits:2048"],
            algorithm: "RSA",
            size: 2048,
            exponent: 65_537,
            signature: "sha256WithRSAEncryption"
        ),
        Sample(
            options: ["rsa", "rsa_keygen_bits:1023", "rsa_keygen_pubexp:3"],
            algorithm: "RSA",
            size: 1023,
            exponent: 3,
            signature: "sha256WithRSAEncryption"
        ),
        Sample(
            options: ["rsa-pss", "rsa_keygen_bits:1024"],
            algorithm: "RSA-PSS",
            size: 1024,
            exponent: 65_537,
            signature: "rsassaPss"
        ),
        Sample(options: ["ec", "ec_paramgen_curve:P-256"], algorithm: "ECDSA", size: 256, curve: "P-256"),
        Sample(options: ["ec", "ec_paramgen_curve:P-384"], algorithm: "ECDSA", size: 384, curve: "P-384"),
        Sample(options: ["ec", "ec_paramgen_curve:P-521"], algorithm: "ECDSA", size: 521, curve: "P-521"),
        Sample(options: ["ec", "ec_paramgen_curve:P-224"], algorithm: "ECDSA", size: 224, curve: "P-224"),
        Sample(options: ["ec", "ec_paramgen_curve:P-192"], algorithm: "ECDSA", size: 192, curve: "P-192"),
        Sample(
            options: ["ec", "ec_paramgen_curve:secp256k1"],
            algorithm: "ECDSA",
            size: 256,
            curve: "secp256k1"
        ),
        Sample(
            options: ["ec", "ec_paramgen_curve:brainpoolP320t1"],
            algorithm: "ECDSA",
            size: 320,
            curve: "brainpoolP320t1"
        ),
        Sample(
            options: ["ec", "ec_paramgen_curve:sect283k1"],
            algorithm: "ECDSA",
            size: 283,
            curve: "sect283k1"
        ),
        Sample(
            options: ["ec", "ec_paramgen_curve:P-256", "ec_param_enc:explicit"],
            algorithm: "ECDSA",
            size: 256,
            curve: "explicit"
        ),
        Sample(
            options: ["ec", "ec_paramgen_curve:sect163r2", "ec_param_enc:explicit"],
            algorithm: "ECDSA",
            size: 163,
            curve: "explicit"
        ),
        Sample(options: ["ed25519"], algorithm: "Ed25519", size: 256, signature: "ED25519"),
        Sample(options: ["ed448"], algorithm: "Ed448", size: 456, signature: "ED448"),
    ]

    @Test(arguments: samples) func isRead(_ sample: Sample) throws {
        let certificate = try TestCertificate(algorithm: sample.options)
        let record = try EncodedCertificate(pem: certificate.certificate)
        #expect(record.string("x509.public_key_algorithm") == sample.algorithm)
        #expect(record.int("x509.public_key_size") == sample.size)
        #expect(record.string("x509.public_key_curve") == sample.curve)
        #expect(record.int("x509.public_key_exponent") == sample.exponent)
        #expect(record.string("x509.signature_algorithm") == sample.signature)
        #expect(record.bool("certificate.self_issued") == true)
        // Curves given by their parameters are not tried.
        #expect(record.bool("certificate.self_signed") == (sample.curve == "explicit" ? nil : true))
    }

    /// Keys that cannot sign their own certificate, in certificates that another key signed.
    @Test(arguments: [
        (["x25519"], "X25519", 256), (["x448"], "X448", 448), (["dhx", "dh_rfc5114:1"], "X9.42 DH", 1024),
        (["dh", "group:ffdhe2048"], "DH", 2048),
    ])
    func isReadInAnothersCertificate(_ options: [String], _ algorithm: String, _ size: Int) throws {
        let scratch = Scratch()
        let issuer = try TestCertificate(subject: "/CN=issuer")
        try check(
            "openssl",
            ["genpkey", "-algorithm", options[0], "-out", scratch.file("key.pem")]
                + options.dropFirst().flatMap { ["-pkeyopt", $0] }
        )
        try check(
            "openssl",
            ["pkey", "-in", scratch.file("key.pem"), "-pubout", "-out", scratch.file("public.pem")]
        )
        try check(
            "openssl",
            ["req", "-new", "-key", issuer.key, "-subj", "/CN=leaf", "-out", scratch.file("request.pem")]
        )
        try check(
            "openssl",
            [
                "x509", "-req", "-in", scratch.file("request.pem"), "-CA", issuer.certificate, "-CAkey",
                issuer.key,
            ]
                + ["-force_pubkey", scratch.file("public.pem"), "-out", scratch.file("leaf.pem")]
        )
        let record = try EncodedCertificate(pem: scratch.file("leaf.pem"))
        #expect(record.string("x509.public_key_algorithm") == algorithm)
        #expect(record.int("x509.public_key_size") == size)
        #expect(record.bool("certificate.self_signed") != true)
    }

    @Test func dsa() throws {
        let scratch = Scratch()
        let parameters = scratch.file("parameters.pem")
        let key = scratch.file("key.pem")
        try check("openssl", ["genpkey", "-genparam", "-algorithm", "DSA", "-out", parameters])
        try check("openssl", ["genpkey", "-paramfile", parameters, "-out", key])
        try check(
            "openssl",
            ["req", "-x509", "-key", key, "-subj", "/CN=dsa", "-out", scratch.file("certificate.pem")]
        )
        let record = try EncodedCertificate(pem: scratch.file("certificate.pem"))
        #expect(record.string("x509.public_key_algorithm") == "DSA")
        #expect(record.int("x509.public_key_size") == 2048)
        #expect(record.string("x509.signature_algorithm") == "dsa_with_SHA256")
        #expect(record.bool("certificate.self_signed") == true)
    }

    /// Algorithms that this openssl has not: the identifiers are from RFC 9215, RFC 9881, RFC 9909 and GM/T
    /// 0006.
    @Test(arguments: [
        ("1.2.643.7.1.1.1.1", DER.sequence(DER.oid("1.2.643.2.2.36.0")), 66, "GOST R 34.10-2012", 256),
        ("1.2.643.7.1.1.1.2", DER.sequence(DER.oid("1.2.643.7.1.2.1.2.1")), 131, "GOST R 34.10-2012", 512),
        ("1.2.643.2.2.19", DER.sequence(DER.oid("1.2.643.2.2.35.1")), 66, "GOST R 34.10-2001", 256),
        ("1.2.840.10045.2.1", DER.oid("1.2.156.10197.1.301"), 65, "ECDSA", 256),
        ("2.16.840.1.101.3.4.3.17", [], 1312, "ML-DSA-44", 10_496),
        ("2.16.840.1.101.3.4.3.18", [], 1952, "ML-DSA-65", 15_616),
        ("2.16.840.1.101.3.4.3.19", [], 2592, "ML-DSA-87", 20_736),
        ("2.16.840.1.101.3.4.3.20", [], 32, "SLH-DSA-128", 256),
        ("2.16.840.1.101.3.4.4.2", [], 1184, "ML-KEM-768", 9472),
    ])
    func isKnown(_ type: String, _ parameters: [UInt8], _ length: Int, _ name: String, _ size: Int) throws {
        var certificate = HandMadeCertificate()
        certificate.key = DER.sequence(
            DER.sequence(DER.oid(type), parameters),
            DER.bitString([4] + [UInt8](repeating: 1, count: length - 1))
        )
        let record = try EncodedCertificate([certificate.der])
        #expect(record.string("x509.public_key_algorithm") == name)
        #expect(record.int("x509.public_key_size") == size)
        #expect(record.anomalies == [])
    }

    @Test func anUnknownAlgorithmIsItsIdentifier() throws {
        var certificate = HandMadeCertificate()
        certificate.key = DER.sequence(DER.sequence(DER.oid("1.2.3.4")), DER.bitString([1]))
        certificate.innerAlgorithm = DER.sequence(DER.oid("1.2.3.5"))
        certificate.outerAlgorithm = certificate.innerAlgorithm
        let record = try EncodedCertificate([certificate.der])
        #expect(record.string("x509.public_key_algorithm") == "1.2.3.4")
        #expect(record.int("x509.public_key_size") == nil)
        #expect(record.string("x509.signature_algorithm") == "1.2.3.5")
    }

    /// Each name against openssl's own table.
    @Test func signatureNamesAreOpenSSLs() throws {
        let list = try check("openssl", ["list", "-objects"]).text
        var compared = 0
        for line in list.split(separator: "\n") {
            let parts = line.components(separatedBy: " = ")
            guard parts.count == 2 else { continue }
            let names = parts[1].components(separatedBy: ", ")
            guard let dotted = names.last, dotted.contains("."),
                dotted.allSatisfy({ $0.isNumber || $0 == "." })
            else { continue }
            let type = DER.oid(dotted)
            guard let name = signatureAlgorithmName(OIDKey(type.span, ByteRange(2, type.count))) else {
                continue
            }
            compared += 1
            #expect((names.count > 1 ? names[0] : parts[0]) == "\(name)", "\(line)")
        }
        #expect(compared > 30)
    }
}
