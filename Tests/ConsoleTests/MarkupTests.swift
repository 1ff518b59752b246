@testable import Console
import Testing

/// What pages are made of.
@Suite struct MarkupTests {
    /// A table breaks a long word and leaves a short one whole; tags and references are no words.
    @Test func longWordsAreToldFromShortOnes() {
        let long = String(repeating: "x", count: 2000)
        let digest = String(repeating: "AB", count: 32)
        let amps = String(repeating: "&", count: 20)
        for text in [long, digest, "a " + long, "\(String(repeating: "ü", count: 60))"] {
            #expect(("<a href=\"/a\">\(text)</a>" as Markup).hasLongWord, "\(text)")
        }
        for text in ["", "2026-06-01T01:00:00.000Z", "[2001:db8:1111:2222:3333:4444:5555:6666]:65535", amps] {
            #expect(!("<a href=\"/\(long)\">\(text)</a>" as Markup).hasLongWord, "\(text)")
        }
        #expect(!("\(Array(repeating: "word", count: 100).joined(separator: " "))" as Markup).hasLongWord)
    }
}
