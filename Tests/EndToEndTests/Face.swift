import Foundation
import TestSupport

/// What a server shows to one connection of several (Tests/Tools/two_faced_server.py).
struct Face {
    var certificate: String
    var key: String?
    var more: [String: Any] = [:]

    init(_ certificate: LabCertificate, hasKey: Bool = true, _ more: [String: Any] = [:]) {
        self.certificate = certificate.certificate
        key = hasKey ? certificate.key : nil
        self.more = more
    }

    private var json: String {
        get throws {
            var object = more
            object["certificate"] = certificate
            object["key"] = key
            return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
        }
    }

    /// Starts the server: the first face is for the grab, the others for further connections in their order.
    ///
    /// `{port}` in a face stands for the server's port.
    static func serve(_ faces: [Face]) throws -> ServerProcess {
        // The port is asked for once to see that the server listens; that connection says nothing.
        try ServerProcess("python3") { port, _ in
            [projectFolder + "/Tests/Tools/two_faced_server.py", "\(port)"]
                + (try faces.map { try $0.json.replacing("{port}", with: "\(port)") })
        }
    }
}

extension LabCertificate {
    /// Its digest, as records write it.
    var sha256: String {
        get throws {
            let arguments = ["x509", "-in", certificate, "-noout", "-fingerprint", "-sha256"]
            let text = try check("openssl", arguments).text
            return String(text.drop { $0 != "=" }.dropFirst()).filter(\.isHexDigit)
        }
    }
}

extension Record {
    var connections: [[String: Any]] { self["hallmark.connections"] as? [[String: Any]] ?? [] }

    var hasChanged: Bool {
        (self["hallmark.anomalies"] as? [String])?.contains("changed_between_connections") == true
    }
}
