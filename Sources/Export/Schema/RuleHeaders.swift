import Observations

/// The headers that a store has a field or a column for where it can't have one for whatever a server sends.
///
/// They are those that have a row of their own among the fields, and those that a shipped rule asks for.
enum RuleHeaders {
    /// Lower-case names, sorted.
    static let names: [String] = [
        "accept-ranges", "access-control-allow-credentials", "access-control-allow-headers",
        "access-control-allow-methods", "access-control-allow-origin", "adaptix-version", "cache-control",
        "connection", "content-encoding",
        "content-length", "content-type", "date", "etag", "expires", "keep-alive", "last-modified",
        "location", "ngrok-error-code", "pragma", "proxy-agent", "proxy-authenticate", "report-to", "server",
        "set-cookie", "strict-transport-security", "vary", "www-authenticate", "x-burp-version",
        "x-collaborator-version", "x-content-type-options", "x-framework", "x-havoc", "x-interactsh-version",
        "x-ishavocframework", "x-powered-by", "x-server", "x-test",
    ]
}
