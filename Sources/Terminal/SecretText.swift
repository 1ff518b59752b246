/// Texts of ours that are kept or shown, without the logins in addresses.
package enum SecretText {
    /// The text with `…` in the place of what stands between `://` and `@` of an address in it.
    package static func hidden(_ text: String) -> String {
        var rest = text[...]
        var shown = ""
        while let start = rest.firstRange(of: "://") {
            shown += rest[..<start.upperBound]
            rest = rest[start.upperBound...]
            let authority = rest.prefix { !"/?# ,".contains($0) }
            guard let end = authority.lastIndex(of: "@") else { continue }
            shown += "…"
            rest = rest[end...]
        }
        return shown + rest
    }
}
