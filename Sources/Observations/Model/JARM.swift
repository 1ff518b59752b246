import Bytes
package import Wire

/// The result of the ten JARM probes of one endpoint.
package struct JARMResult: Equatable, Sendable {
    /// How a probe ended: the closed list of `hallmark.jarm.outcomes`.
    package enum Outcome: String, CaseIterable, Sendable {
        case serverHello = "server_hello"
        case alert, close, reset
        case notTLS = "not_tls"
        /// Nothing came within the limit.
        case timeout
        /// The connection could not be made.
        case failed

        /// Whether the server decided, so that another scanner would see the same.
        package var isAnswer: Bool { self != .timeout && self != .failed }
    }

    /// One probe.
    package struct Probe: Equatable, Sendable {
        package var answer: JARMAnswer
        package var outcome: Outcome
        /// The alert's code, when one came first.
        package var alert: UInt8?

        package init(answer: JARMAnswer, outcome: Outcome, alert: UInt8? = nil) {
            self.answer = answer
            self.outcome = outcome
            self.alert = alert
        }
    }

    package var probes: [Probe]
    /// The server name of the probes: part of the result, since some servers echo it.
    package var serverName: String
    /// Publish what the reference would even when probes failed on our side.
    package var isCompatible: Bool

    package init(probes: [Probe], serverName: String, isCompatible: Bool = false) {
        self.probes = probes
        self.serverName = serverName
        self.isCompatible = isCompatible
    }

    /// Whether the server decided each of the ten.
    package var isComplete: Bool {
        probes.count == JARMHello.all.count && probes.allSatisfy { $0.outcome.isAnswer }
    }

    /// How many got a ServerHello.
    package var answered: Int { probes.count { $0.answer.isServerHello } }

    /// The 62 characters; nil when they would say more about us than about the server.
    package var hash: String? {
        if isComplete { return JARM.hash(probes.map(\.answer)) }
        guard isCompatible else { return nil }
        // A timeout ends the reference's scan with zeros, whatever else came.
        guard probes.count == JARMHello.all.count, !probes.contains(where: { $0.outcome == .timeout }) else {
            return JARM.zeros
        }
        return JARM.hash(probes.map(\.answer))
    }
}

/// The JARM hash (version 1.0).
package enum JARM {
    /// The value of a server that answered none of the probes.
    package static let zeros = String(repeating: "0", count: 62)

    /// Thirty characters for suites and versions, thirty-two of a SHA-256 over protocols and extensions.
    package static func hash(_ answers: [JARMAnswer]) -> String {
        guard answers.contains(where: { $0 != .none }) else { return zeros }
        let tail = answers.map { $0.nextProtocol + $0.extensions }.joined()
        return answers.map { suite($0.cipher) + version($0.version) }.joined()
            + hexText(BodyDigest.sha256(Array(tail.utf8).span).prefix(16))
    }

    private static func hexText(_ bytes: ArraySlice<UInt8>) -> String {
        String(
            decoding: bytes.flatMap { [hexDigit($0 >> 4) | 0x20, hexDigit($0 & 15) | 0x20] },
            as: UTF8.self
        )
    }

    /// The place in JARM's list of suites as two hex digits; one past it for a suite that is not there.
    private static func suite(_ text: String) -> String {
        guard !text.isEmpty else { return "00" }
        let place = suites.firstIndex { $0 == text } ?? suites.count
        return String((place + 1) >> 4, radix: 16) + String((place + 1) & 15, radix: 16)
    }

    /// A letter for the version's last digit: `d` is TLS 1.2 and, by its legacy_version, 1.3.
    private static func version(_ text: String) -> String {
        guard let digit = text.last?.hexDigitValue else { return "0" }
        return digit < 6 ? String(Array("abcdef")[digit]) : "0"
    }

    private static let suites = """
        0004 0005 0007 000a 0016 002f 0033 0035 0039 003c 003d 0041 0045 0067 006b 0084 0088 009a 009c 009d 009e 009f \
        00ba 00be 00c0 00c4 c007 c008 c009 c00a c011 c012 c013 c014 c023 c024 c027 c028 c02b c02c c02f c030 c060 c061 \
        c072 c073 c076 c077 c09c c09d c09e c09f c0a0 c0a1 c0a2 c0a3 c0ac c0ad c0ae c0af cc13 cc14 cca8 cca9 1301 1302 \
        1303 1304 1305
        """.split(separator: " ").map(String.init)
}
