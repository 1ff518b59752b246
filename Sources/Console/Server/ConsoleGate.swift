import Foundation

/// Who may ask: the only place that lets a request pass.
///
/// A token stands in the address that is printed, and in a cookie afterwards. Nothing is answered without it
/// but 401, styles and scripts included.
package struct ConsoleGate: Sendable {
    private let token: String
    /// Stands in every form: another site's page can send one, and does not know it.
    let formKey: String
    /// Names and addresses by which the console may be called (DNS rebinding calls it by another).
    private let hosts: Set<String>
    private let cookieName: String

    /// What strangers are answered: a wrong name, a request that can't be read, no token.
    static let refusals: Set<UInt32> = [400, 401, 421]

    /// - Parameters:
    ///   - token: at least 32 characters.
    ///   - hosts: as browsers write them, with the port.
    package init(token: String, hosts: Set<String>, port: UInt16) {
        (self.token, self.hosts) = (token, hosts)
        formKey = Self.randomText()
        // Cookies do not heed ports: two consoles on one machine have two.
        cookieName = "hallmark_\(port)"
    }

    /// 256 bits of the system's random numbers, in hexadecimal.
    package static func randomText() -> String {
        var numbers = SystemRandomNumberGenerator()
        return (0..<4).map { _ in
            let text = String(numbers.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        .joined()
    }

    /// Answers a request, if it may pass by `handler`, with what browsers need to be told of every answer.
    package func answer(
        _ request: ConsoleRequest,
        _ handler: (ConsoleRequest) -> ConsoleResponse
    ) -> ConsoleResponse {
        var response = refusal(of: request) ?? entry(request) ?? handler(request)
        if !response.headers.contains(where: { $0.name == "Content-Security-Policy" }) {
            response.headers.append(("Content-Security-Policy", Self.policy))
        }
        response.headers += [
            ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"),
            ("Cache-Control", "no-store"), ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"), ("X-Frame-Options", "DENY"),
        ]
        return response
    }

    private static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    private func refusal(of request: ConsoleRequest) -> ConsoleResponse? {
        guard isKnown(request) else {
            var response = ConsoleResponse.problem(
                401,
                "Open the address that 'hallmark serve' has printed: it has the token in it."
            )
            response.headers.append(("WWW-Authenticate", "Bearer"))
            return response
        }
        guard let host = request.header("Host"), hosts.contains(host.lowercased()) else {
            return .problem(421, "The console is not called by this name: see --host.")
        }
        guard !request.isAmbiguous else {
            return .problem(400, "The request says twice how long it is.")
        }
        guard !request.isHeadTooLong else { return .problem(431, "The head of the request is too long.") }
        guard ["GET", "HEAD", "POST"].contains(request.method) else {
            return .problem(405, "There is nothing for this method.")
        }
        guard !request.isTooLong else { return .problem(413, "The request is too long.") }
        guard request.method == "POST" else { return nil }
        let origin = request.header("Origin").map { $0.replacing(/^https?:\/\//, with: "").lowercased() }
        let isForeign =
            origin.map { $0 != host.lowercased() } ?? false
            || request.header("Sec-Fetch-Site").map { $0 != "same-origin" } ?? false
        // A program that brings the token itself was not sent by a page.
        guard !isForeign, isBearer(request) || Self.isSame((try? request.fields())?["key"] ?? "", formKey)
        else {
            return .problem(403, "The form is not one of this console's: open the page again.")
        }
        return nil
    }

    private func isKnown(_ request: ConsoleRequest) -> Bool {
        isBearer(request) || Self.isSame(request.cookie(cookieName) ?? "", token)
            || request.method != "POST" && Self.isSame(request.argument("token") ?? "", token)
    }

    private func isBearer(_ request: ConsoleRequest) -> Bool {
        guard let text = request.header("Authorization") else { return false }
        // A scheme's name may be written in either case, and blanks may follow it (RFC 9110, section 11.4).
        let parts = text.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
        return Self.isSame(String(parts[1].drop { $0 == " " }), token)
    }

    /// Whoever brings the token in the address gets the cookie, and the address without it.
    private func entry(_ request: ConsoleRequest) -> ConsoleResponse? {
        guard request.argument("token") != nil, request.method != "POST", request.isText else { return nil }
        let rest = request.query.filter { $0.name != "token" }
        var response = ConsoleResponse.redirect(to: Link.to(request.path, rest))
        response.headers.append(
            ("Set-Cookie", "\(cookieName)=\(token); Path=/; HttpOnly; SameSite=Strict")
        )
        return response
    }

    /// Compares in a time that does not tell where two texts differ.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        guard one.count == other.count, !one.isEmpty else { return false }
        return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
