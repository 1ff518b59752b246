import Bytes

/// What STIX objects have in common.
enum STIX {
    /// The `created` of all objects that may come again: midnight of 2026-01-01, in milliseconds since 1970.
    static let created = 1_767_225_600_000
}

extension ByteBuffer {
    /// Opens an object with the members that all but observables have; times in milliseconds since 1970.
    mutating func head(_ type: String, _ id: String, created: Int, modified: Int) {
        element()
        member("type", type)
        member("spec_version", "2.1" as String)
        member("id", id)
        member("created", RFC3339.text(created))
        member("modified", RFC3339.text(modified))
    }

    /// The marking that OASIS defines for a colour of TLP 2.0, word for word.
    mutating func append(marking tlp: TrafficLight) {
        element()
        member("type", "marking-definition" as String)
        member("spec_version", "2.1" as String)
        member("id", "marking-definition--\(tlp.marking)")
        member("created", "2022-10-01T00:00:00.000Z" as String)
        member("name", "TLP:\(tlp.rawValue.uppercased())")
        append(",\"extensions\":{\"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d\":{")
        member("extension_type", "property-extension" as String)
        member("tlp_2_0", tlp.rawValue)
        append("}}}")
    }

    /// A reference to ATT&CK, whose pages have the folders `software` and `techniques`.
    mutating func append(attack id: String, _ folder: String) {
        array("external_references")
        element()
        member("source_name", "mitre-attack" as String)
        member("external_id", id)
        member("url", "https://attack.mitre.org/\(folder)/\(id.replacing(".", with: "/"))")
        endObject()
        endArray()
    }

    /// An array of strings.
    mutating func strings(_ name: StaticString, _ values: [String]) {
        array(name)
        for value in values {
            comma()
            string(value)
        }
        endArray()
    }
}
