/// Where tiles lie below a log's address (C2SP tlog-tiles).
package enum TilePath {
    /// A data tile.
    ///
    /// - Parameter width: its entries; 256 for a full one.
    package static func data(_ number: UInt64, width: Int = 256) -> String {
        "tile/data/" + index(number) + partial(width)
    }

    /// A tile of hashes.
    package static func hashes(level: Int, _ number: UInt64, width: Int = 256) -> String {
        "tile/\(level)/" + index(number) + partial(width)
    }

    private static func partial(_ width: Int) -> String { width == 256 ? "" : ".p/\(width)" }

    /// Groups of three digits, all but the last with an x in front: 1234067 is `x001/x234/067`.
    static func index(_ number: UInt64) -> String {
        var text = padded(number % 1000)
        var rest = number / 1000
        while rest > 0 {
            text = "x" + padded(rest % 1000) + "/" + text
            rest /= 1000
        }
        return text
    }

    private static func padded(_ number: UInt64) -> String {
        let text = String(number)
        return String(repeating: "0", count: 3 - text.count) + text
    }
}
