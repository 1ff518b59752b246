import Bytes
import Wire

extension Field {
    /// Whether values of a field are digests or serial numbers, which records hold in upper-case hexadecimal.
    package static func isHexadecimal(_ name: String) -> Bool {
        // An attribute of a name is a text, also where it is called a serial number.
        guard !name.contains(".subject."), !name.contains(".issuer.") else { return false }
        return [
            "sha256", "sha1", "md5", "_key_id", "serial_number", ".log_id", "sct_log_ids", "issuer_key_hash",
        ].contains { name.hasSuffix($0) }
    }

    /// A person's value as records spell it: digests in the case that they have there, addresses and numbers
    /// in their one form.
    ///
    /// - Returns: nil for what no record can hold in a field of that name.
    package static func spelled(_ text: String, of name: String) -> String? {
        guard let field = named(name), !text.isEmpty else { return nil }
        switch field.kind {
        case .objects, .pairs: return nil
        case .ip: return IPAddress(text)?.unmapped.description
        case .long: return Int(text).map { "\($0)" }
        case .boolean:
            let word = text.lowercased()
            return word == "true" || word == "false" ? word : nil
        // One moment can be written in several ways.
        case .date:
            return RFC3339.milliseconds(text).map {
                $0.isMultiple(of: 1000) ? RFC3339.secondsText($0) : RFC3339.text($0)
            } ?? text
        case .keyword, .map: break
        }
        if isHexadecimal(name) { return hexadecimal(text, isSerial: name.hasSuffix("serial_number")) }
        switch field.spelling {
        // Names stand in certificates as whoever made them wrote them.
        case .lowercase where name != "tls.server.x509.alternative_names": return text.lowercased()
        default: break
        }
        return name == "server.domain" || name == "tls.client.server_name" ? HostName.spelled(text) : text
    }

    /// The digits without colons, of a serial number two for each byte; nil for what are none.
    private static func hexadecimal(_ text: String, isSerial: Bool) -> String? {
        let digits = text.filter { $0 != ":" && $0 != " " }.uppercased()
        guard !digits.isEmpty, digits.utf8.allSatisfy(\.isHexDigit) else {
            return nil
        }
        guard !digits.utf8.count.isMultiple(of: 2) else { return digits }
        return isSerial ? "0" + digits : nil
    }
}
