import Foundation
import Observations
import TestSupport
import Testing

@testable import Fleet

/// What a collector remembers, when the file with it was damaged.
@Suite struct CollectStateTests {
    @Test(
        arguments: [
            "INSERT OR REPLACE INTO parts VALUES ('any', 'x', 0)",
            "INSERT OR REPLACE INTO places VALUES ('any', 'first', 0)",
            "INSERT OR REPLACE INTO places VALUES ('any', -1, 0)",
            "INSERT OR REPLACE INTO places VALUES ('any', 9223372036854775807, 0)",
            "INSERT OR REPLACE INTO places VALUES ('any', 1, x'00')",
            "INSERT INTO plans VALUES ('a', 0, 1, 'any')", "INSERT INTO plans VALUES ('a', 'x', 1, 'any')",
            "INSERT INTO plans VALUES ('a', 1, NULL, 'any')", "INSERT INTO plans VALUES ('a', 1, 1, x'ff')",
            "INSERT INTO messages VALUES ('a', 'any', -1, 'x', 0, x'', NULL)",
            "INSERT INTO messages VALUES ('a', 'any', 1, 'x', 0, x'0011', NULL)",
            "INSERT INTO messages VALUES ('a', 'any', 1, 'x', 0, NULL, NULL)",
            "INSERT INTO messages VALUES ('a', 'any', 1, 'x', 0, x'', 'done')",
        ]
    )
    func damageIsAnErrorAndNoTrap(_ sql: String) throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        _ = try Collector(Collector.Options(folder: folder))
        _ = try check("sqlite3", [folder + "/.state.sqlite", sql])
        #expect(throws: (any Error).self) { try Collector(Collector.Options(folder: folder)) }
    }

    @Test func damagedCountsAreAnError() throws {
        let scratch = Scratch()
        let folder = scratch.file("records")
        let collector = try Collector(Collector.Options(folder: folder))
        _ = try check(
            "sqlite3",
            [folder + "/.state.sqlite", "INSERT INTO jobs VALUES ('a', 'x', 1, 1, 1, 1)"]
        )
        #expect(throws: FileError.self) { try collector.progress() }
    }
}
