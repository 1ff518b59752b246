import Observations

extension JSONNode {
    /// Yes or no, as a boolean or as what programs write for one: 0 and 1, their texts, `yes` and `no`; nil
    /// for anything else.
    var flag: Bool? { truth ?? FlagWord.value(of: string ?? integer.map(String.init) ?? "") }
}

/// Words for yes and no.
enum FlagWord {
    /// - Returns: nil for what is neither.
    static func value(of text: String) -> Bool? {
        switch text.lowercased() {
        case "yes", "true", "1", "confirmed": true
        case "no", "false", "0": false
        default: nil
        }
    }
}
