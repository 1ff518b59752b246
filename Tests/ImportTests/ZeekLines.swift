import Foundation
import TestSupport

/// Lines of Zeek's logs as its JSON writer has them.
enum ZeekLines {
    /// 2026-11-29, 00:00 UTC.
    static let day = 1_795_910_400

    static func connection(
        _ time: Int,
        _ client: String,
        chain: String,
        server: String = "203.0.113.7",
        uid: String? = nil,
        ja4: String = "t12d1516h2_8daaf6152771_e5627efa2ab1"
    ) -> String {
        """
        {"ts":\(time).25,"uid":"\(uid ?? "C\(time)")","id.orig_h":"\(client)","id.orig_p":50000,"id.resp_h":"\(server)",\
        "id.resp_p":443,"version":"TLSv12","cipher":"TLS_RSA_WITH_AES_128_CBC_SHA","curve":"secp256r1",\
        "server_name":"a.example","resumed":false,"established":true,"cert_chain_fps":["\(chain)"],\
        "ja3":"0123456789abcdef0123456789abcdef","ja4":"\(ja4)"}

        """
    }

    static func certificate(_ time: Int, _ fingerprint: String, name: String = "a.example", der: Data? = nil)
        -> String
    {
        let bytes = der.map { ",\"cert\":\"\($0.base64EncodedString())\"" } ?? ""
        return """
            {"ts":\(time).0,"fingerprint":"\(fingerprint)","certificate.version":3,"certificate.serial":"8A2C8628C1010633",\
            "certificate.subject":"CN=\(name)","certificate.issuer":"CN=CA,C=US","certificate.not_valid_before":1793341558.0,\
            "certificate.not_valid_after":1801062400.0,"certificate.key_alg":"rsaEncryption","certificate.sig_alg":\
            "sha256WithRSAEncryption","certificate.key_length":2048,"san.dns":["\(name)"],"basic_constraints.ca":false,\
            "host_cert":true,"client_cert":false\(bytes)}

            """
    }

    static func size(_ time: Int, uid: String, bytes: Int) -> String {
        """
        {"ts":\(time).0,"uid":"\(uid)","id.orig_h":"192.0.2.1","id.orig_p":50000,"id.resp_h":"203.0.113.7","id.resp_p":443,\
        "proto":"tcp","service":"ssl","duration":1.5,"orig_bytes":\(bytes),"resp_bytes":1000,"conn_state":"SF"}

        """
    }

    static let one = String(repeating: "ab", count: 32)
    static let two = String(repeating: "cd", count: 32)
}
