import Foundation
import Import
import TestSupport
import Testing

/// OpenSSL's names of cipher suites are the registry's, by what OpenSSL itself says.
@Suite struct CipherNameTests {
    @Test func namesAreThoseOfOpenSSL() throws {
        let listed = try check("openssl", ["ciphers", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"]).text
        var compared = 0
        for line in listed.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count > 3, words[0] != "UNKNOWN" else { continue }
            #expect(ForeignText.cipher(words[2]) == words[0])
            // Some programs write the line that describes a suite.
            #expect(ForeignText.cipher(words[2...].joined(separator: " ")) == words[0])
            compared += 1
        }
        #expect(compared > 100)
    }

    @Test(arguments: [
        ("EDH-RSA-DES-CBC3-SHA", "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA"),
        ("DES-CBC3-SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
        ("RC4-MD5", "TLS_RSA_WITH_RC4_128_MD5"), ("IDEA-CBC-SHA", "TLS_RSA_WITH_IDEA_CBC_SHA"),
        ("TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"), ("no-such-SUITE", "no-such-SUITE"), ("X", "X"),
        ("AES128-", "AES128-"), ("-", "-"), ("ECDHE", "ECDHE"), ("ECDHE-RSA", "ECDHE-RSA"), ("AES-", "AES-"),
        ("", ""),
        ("ECDHE-RSA-AES128-SHA-SHA", "ECDHE-RSA-AES128-SHA-SHA"),
    ])
    func olderNamesAndOthers(_ name: String, _ meant: String) { #expect(ForeignText.cipher(name) == meant) }
}
