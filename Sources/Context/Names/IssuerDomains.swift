/// By which domains CAA records name the authorities that certificates name by their organisation.
///
/// From the authorities' own certification practice statements (section 4.2.1 says which domains they take
/// for theirs). An authority that is not here is not judged.
enum IssuerDomains {
    private static let domains: [String: Set<String>] = [
        "actalis s.p.a.": ["actalis.it"],
        "amazon": ["amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"],
        "asseco data systems s.a.": ["certum.pl", "certum.eu", "yandex.ru"],
        "buypass as-983163327": ["buypass.com", "buypass.no"],
        "certainly": ["certainly.com"],
        "cloudflare, inc.": ["digicert.com", "cloudflare.com"],
        "digicert inc": [
            "digicert.com", "digicert.ne.jp", "cybertrust.ne.jp", "symantec.com", "geotrust.com",
            "rapidssl.com",
            "thawte.com", "quovadisglobal.com", "volusion.com", "amazon.com", "www.digicert.com",
        ],
        "entrust, inc.": ["entrust.net", "affirmtrust.com"],
        "globalsign nv-sa": ["globalsign.com"],
        "godaddy.com, inc.": ["godaddy.com", "starfieldtech.com"],
        "google trust services": ["pki.goog", "google.com"],
        "google trust services llc": ["pki.goog", "google.com"],
        "harica": ["harica.gr"],
        "hellenic academic and research institutions ca": ["harica.gr"],
        "identrust": ["identrust.com"],
        "let's encrypt": ["letsencrypt.org"],
        "microsoft corporation": ["microsoft.com"],
        "sectigo limited": [
            "sectigo.com", "comodo.com", "comodoca.com", "usertrust.com", "trust-provider.com",
        ],
        "ssl corporation": ["ssl.com"],
        "ssl corp": ["ssl.com"],
        "starfield technologies, inc.": ["starfieldtech.com", "godaddy.com"],
        "swisssign ag": ["swisssign.com", "swisssign.net", "swisssign.ch"],
        "telia company ab": ["telia.com", "telia.fi", "telia.se", "trust.telia.com"],
        "zerossl": ["sectigo.com", "zerossl.com"],
    ]

    /// Whether an authority is among those that a domain's CAA records name; nil when it is not known.
    ///
    /// - Parameters:
    ///   - organization: of the certificate's issuer.
    ///   - issuers: domains; none means that nobody may issue.
    static func agree(_ organization: String, with issuers: [String]) -> Bool? {
        guard let own = domains[organization.lowercased()] else { return nil }
        return issuers.contains { own.contains($0) }
    }
}
