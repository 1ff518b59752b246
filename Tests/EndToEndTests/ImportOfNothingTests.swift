import Foundation
import TestSupport
import Testing

/// An import that made no record of what was named says why, and ends with 1.
@Suite struct ImportOfNothingTests {
    private let scratch = Scratch()

    private func imported(_ arguments: [String]) throws -> CommandResult {
        try Program.run(["import"] + arguments)
    }

    @Test func whatHoldsNoCertificateIsNamed() throws {
        let pair = try TestCertificate(subject: "/CN=nothing.example")
        let script = """
            cd "$0" && cp "$2" key.pem
            openssl crl2pkcs7 -nocrl -certfile "$1" -out bundle.pem
            openssl x509 -in "$1" -outform DER -out whole.der
            head -c 200 whole.der > cut.der
            (cat whole.der; echo behind) > trail.der
            head -c 300 /dev/urandom > noise
            """
        try check("bash", ["-ec", script, scratch.file("."), pair.certificate, pair.key])
        for (arguments, word) in [
            (["key.pem"], "private key, no certificate"), (["bundle.pem"], "pkcs7, no certificate"),
            (["cut.der"], "cut.der:1"), (["trail.der"], "trail.der:1"),
            (["--from", "certificates", "noise"], "no certificate in it"),
        ] {
            let named = arguments.dropLast() + [scratch.file(arguments.last ?? "")]
            let result = try imported(Array(named))
            #expect(result.status == 1 && result.errors.contains(word), "\(arguments) \(result.errors)")
        }
        let whole = try imported([scratch.file("whole.der")])
        #expect(whole.status == 0 && whole.text.split(separator: "\n").count == 1, "\(whole.errors)")
    }

    /// Empty inputs of a kind that was named, and a log without a row.
    @Test func nothingReadIsNoSuccess() throws {
        try scratch.write("blank", "\n \n")
        try scratch.write("empty", "")
        try scratch.write(
            "ssl.log",
            "#separator \\x09\n#path\tssl\n#fields\tts\tuid\tid.resp_h\n#types\ttime\tstring\taddr\n"
        )
        for name in ["blank", "empty", "ssl.log"] {
            let file = scratch.file(name)
            let result = try imported(["--from", "zeek", file])
            #expect(result.status == 1 && result.errors.contains("nothing of what was named"), "\(name)")
            #expect(try imported(["--from", "zeek", "--keep-going", file]).status == 0)
        }
    }
}
