import Foundation

extension NameText {
    /// Lower case, in Unicode's composed form, with full-width letters as the usual ones.
    static func composed(_ text: String) -> String {
        text.lowercased().precomposedStringWithCompatibilityMapping.lowercased()
    }

    /// Without the marks that stand on letters.
    static func unmarked(_ text: String) -> String {
        let scalars = text.decomposedStringWithCanonicalMapping.unicodeScalars.filter {
            $0.properties.generalCategory != .nonspacingMark
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
