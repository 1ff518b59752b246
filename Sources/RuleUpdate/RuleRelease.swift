import Foundation

/// What a set of rules says of itself, in `release.json` beside the folder of rules.
package struct RuleRelease: Codable, Sendable, Equatable {
    /// Grows from release to release: seconds since 1970 of the commit.
    package var serial: Int
    /// The day of the commit.
    package var date: String
    /// The digest that records carry in `hallmark.signatures.digest`.
    package var digest: String

    package static let fileName = "release.json"

    package init(serial: Int, date: String, digest: String) {
        (self.serial, self.date, self.digest) = (serial, date, digest)
    }

    /// What the folder `folder` holds; nil where it does not say.
    package init?(in folder: String) {
        let path = folder + "/" + Self.fileName
        guard let bytes = FileManager.default.contents(atPath: path), bytes.count < 1 << 16,
            let release = try? JSONDecoder().decode(RuleRelease.self, from: bytes)
        else { return nil }
        self = release
    }

    /// What stands beside a folder of rules; nil where nothing does.
    package init?(beside rules: String) {
        self.init(in: URL(fileURLWithPath: rules).deletingLastPathComponent().path)
    }

    /// `2026-11-26 (digest 9ea73c3023032a78)`.
    package var name: String { "\(date) (digest \(digest))" }

    /// The same with what says which of two releases is newer.
    package var fullName: String { "\(name), serial \(serial)" }
}
