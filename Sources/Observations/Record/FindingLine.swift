package import Bytes

/// A line of the dataset `hallmark.finding`, with ECS names: what a comparison or an audit has to say of one
/// thing.
///
/// It is written here alone, so that who reads findings reads all of them.
package struct FindingLine {
    /// What the finding is about.
    package enum Place {
        case endpoint(ip: String, port: Int?, name: String)
        /// A trust store, the entry in it, and the certificate's subject.
        case store(path: String, entry: String, subject: String)
        /// A log of Certificate Transparency, and the file that proves what is said of it.
        case log(name: String, id: String, url: String, evidence: String)
    }

    package let name: String
    package let severity: Severity
    package let message: String
    package let place: Place
    /// SHA-256 of the certificate; empty where there is none.
    package var certificate = ""
    /// When what it is about was seen, in milliseconds since 1970; nil for what was never seen.
    package var time: Int?
    /// What tells it from another finding of its name on the same endpoint; empty where nothing does.
    package var about = ""
    package var asset = ""
    package var owner = ""
    package var labels: [String] = []

    package init(name: String, severity: Severity, message: String, place: Place) {
        (self.name, self.severity, self.message, self.place) = (name, severity, message, place)
    }

    /// The line, with its end.
    package var text: String {
        var out = ByteBuffer(capacity: 512)
        out.begin(.finding, at: time ?? Int(WallClock.nanoseconds / 1_000_000), isAlert: severity != .info)
        appendPlace(to: &out)
        if !certificate.isEmpty {
            out.append(",\"tls\":{\"server\":{\"hash\":{")
            out.member("sha256", certificate)
            out.append("}}}")
        }
        out.object("hallmark")
        if case .store(_, let entry, let subject) = place {
            out.object("root")
            if !entry.isEmpty { out.member("entry", entry) }
            out.member("subject", subject)
            out.endObject()
        }
        if case .log(let name, let id, let url, _) = place {
            out.object("ct")
            out.member("log", name)
            out.member("url", url)
            out.member("log_id", id)
            out.endObject()
        }
        out.array("findings")
        out.element()
        out.member("name", name)
        out.member("severity", word: severity.rawValue)
        out.member("message", message)
        if !about.isEmpty { out.member("about", about) }
        if !asset.isEmpty { out.member("asset", asset) }
        if !owner.isEmpty { out.member("owner", owner) }
        out.append(labels: labels)
        out.append("}]}}\n")
        return out.text
    }

    private func appendPlace(to out: inout ByteBuffer) {
        switch place {
        case .endpoint(let ip, let port, let name):
            out.object("server")
            out.member("address", name.isEmpty ? ip : name)
            if !ip.isEmpty { out.member("ip", ip) }
            if let port { out.member("port", port) }
            if !name.isEmpty { out.member("domain", name) }
        case .store(let path, _, _), .log(_, _, _, let path):
            guard !path.isEmpty else { return }
            out.object("file")
            out.member("path", path)
        }
        out.endObject()
    }
}

extension ByteBuffer {
    /// An asset's labels, where it has some.
    package mutating func append(labels: [String]) {
        guard !labels.isEmpty else { return }
        array("labels")
        for label in labels {
            comma()
            string(label)
        }
        endArray()
    }
}
