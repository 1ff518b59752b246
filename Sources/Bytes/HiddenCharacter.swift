/// Characters that nobody who reads a text sees as what they are.
///
/// A terminal acts on them, they change the direction of a text or end its line, or they have no shape:
/// letters that fill no room, private ones and those that Unicode has not given out. Two names that look the
/// same may differ in nothing else. Every output writes them as escapes of its own form.
package enum HiddenCharacter {
    package static func contains(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        switch value {
        case 0x20...0x7e, 0xa0...0xac, 0xae...0x2ff, 0x3041...0x3163, 0x3165...0x9fff, 0xac00...0xd7a3:
            return false
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: return true
        // A braille pattern without a dot.
        default: return scalar.properties.isDefaultIgnorableCodePoint || value == 0x2800
        }
    }
}
