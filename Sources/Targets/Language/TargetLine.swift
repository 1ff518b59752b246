import Bytes

/// A line of a list of targets, whoever wrote it.
enum TargetLine {
    /// The items of a line, in the language of targets.
    ///
    /// Blanks around a comma don't part a pair. Lines of masscan's lists (`open tcp 443 192.0.2.1
    /// 1700000000`) are read as what they are; a host whose port is not an open TCP port gives nothing.
    static func items(of line: [UInt8]) -> [[UInt8]] {
        let words = LineItems.ranges(in: line.span).map { Array(line[$0]) }
        if words.count >= 5, let items = listed(words) { return items }
        var items: [[UInt8]] = []
        for word in words {
            let comma = UInt8(ascii: ",")
            if let last = items.last, last.last == comma || word.first == comma {
                items[items.count - 1] += word
            } else {
                items.append(word)
            }
        }
        return items
    }

    /// The endpoint of a line that masscan wrote with `-oL`: state, protocol, port, address, time.
    private static func listed(_ words: [[UInt8]]) -> [[UInt8]]? {
        let texts = words.prefix(5).map { String(decoding: $0, as: UTF8.self) }
        guard ["open", "closed", "banner"].contains(texts[0]), ["tcp", "udp", "sctp"].contains(texts[1]),
            UInt16(texts[2]) != nil, UInt64(texts[4]) != nil
        else { return nil }
        guard texts[0] != "closed", texts[1] == "tcp" else { return [] }
        let host = texts[3].contains(":") ? "[\(texts[3])]" : texts[3]
        return [Array("\(host):\(texts[2])".utf8)]
    }
}
