/// Where a page says its icon is: `<link rel="icon" href="…">` (HTML, section 4.6.7.8).
package struct IconLink: Equatable, Sendable {
    /// As the page writes it, references resolved.
    package var href: String
    /// The `href` of the page's first `<base>` that has one, to which `href` is relative.
    package var base: String?

    /// The first link whose `rel` has the word `icon` and that names a file.
    ///
    /// A browser takes the last one that suits it; search engines, whose hashes we compare with, the first.
    package static func find(in page: Span<UInt8>) -> IconLink? {
        var scanner = HTMLScanner()
        var link: String?
        var base: String?
        while let tag = scanner.next(in: page) {
            guard !tag.isInert else { continue }
            if tag.name == "base", base == nil {
                base = HTMLAttributes.value("href", in: page, tag.attributes)
            } else if tag.name == "link", link == nil {
                link = icon(page, tag.attributes)
            }
        }
        return link.map { IconLink(href: $0, base: base) }
    }

    private static func icon(_ page: Span<UInt8>, _ attributes: Range<Int>) -> String? {
        let words = HTMLAttributes.value("rel", in: page, attributes)?.lowercased()
            .split { $0.isASCII && $0.isWhitespace }
        guard words?.contains("icon") == true,
            let href = HTMLAttributes.value("href", in: page, attributes)
        else { return nil }
        let text = href.drop { $0.isWhitespace }
        return text.isEmpty || text.lowercased().hasPrefix("data:") ? nil : href
    }
}
