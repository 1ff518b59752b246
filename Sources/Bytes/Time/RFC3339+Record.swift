extension RFC3339 {
    /// Whether a text is a time as records hold it: what `milliseconds` reads, but for a second 60.
    ///
    /// RFC 3339 has it for leap seconds; stores refuse the whole record for it.
    package static func isTime(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if text.count > 18, text[17] == 0x36 { return false }
        return milliseconds(text) != nil
    }
}
