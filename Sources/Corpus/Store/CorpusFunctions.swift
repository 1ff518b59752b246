import Bytes
import Foundation
import GRDB
import Wire

/// What the corpus's SQL can ask that SQLite can't answer.
enum CorpusFunctions {
    static func add(to db: Database) {
        for function in [mark, address, time, lower] { db.add(function: function) }
    }

    /// `hallmark_mark(MARKS, KIND)`: the value of one kind in an appearance's text; null without one.
    private static let mark = DatabaseFunction("hallmark_mark", argumentCount: 2, pure: true) { values in
        guard let text = String.fromDatabaseValue(values[0]), let kind = Int.fromDatabaseValue(values[1])
        else {
            return nil
        }
        return ServiceFacts.value(of: kind, in: text)
    }

    /// `hallmark_address(TEXT)`: bytes that have the order of addresses, IPv4 first; null for what is none.
    private static let address = DatabaseFunction("hallmark_address", argumentCount: 1, pure: true) {
        values in
        guard let text = String.fromDatabaseValue(values[0]), let address = IPAddress(text) else {
            return nil
        }
        return Data(address.sortedBytes)
    }

    /// `hallmark_lower(TEXT)`: in lower case, beyond ASCII, too.
    private static let lower = DatabaseFunction("hallmark_lower", argumentCount: 1, pure: true) { values in
        String.fromDatabaseValue(values[0])?.lowercased()
    }

    /// `hallmark_time(TEXT)`: milliseconds since 1970; null for what is no time.
    private static let time = DatabaseFunction("hallmark_time", argumentCount: 1, pure: true) { values in
        String.fromDatabaseValue(values[0]).flatMap { RFC3339.milliseconds($0) }
    }
}

extension IPAddress {
    /// Bytes that have the order of addresses, IPv4 first.
    package var sortedBytes: [UInt8] {
        var bytes: [UInt8] = [isV4 ? 4 : 6]
        append(bytesTo: &bytes)
        return bytes
    }
}
