extension [UInt8] {
    /// The bytes of a field in base64; nil for what is none.
    package init?(base64Text text: String) {
        var text = text
        let bytes = text.withUTF8 { [UInt8](base64: UnsafeRawBufferPointer($0)) }
        guard let bytes else { return nil }
        self = bytes
    }
}
