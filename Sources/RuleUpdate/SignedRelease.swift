import Foundation
import Observations

/// A release that was fetched, checked against its signature and unpacked in memory.
package struct SignedRelease {
    package let release: RuleRelease
    private let archive: TarArchive

    /// What an archive may have: 64 MiB, and 256 MiB unpacked.
    package static let packedLimit = 64 << 20
    private static let limit = 256 << 20

    /// - Parameters:
    ///   - bytes: the archive, tar packed with gzip or zstd.
    ///   - signature: the text of its `.minisig` file.
    package init(_ bytes: [UInt8], signature: String, key: MinisignKey) throws(RuleUpdateError) {
        try MinisignSignature(signature).check(bytes, by: key)
        // From here on it is the signer's.
        let unpacked: [UInt8]
        do throws(FileError) {
            unpacked = try UnpackedBytes.contents(packed: bytes, limit: Self.limit)
        } catch {
            throw RuleUpdateError("the archive \(error.reason)")
        }
        archive = try TarArchive(unpacked)
        let said = archive.files.first { $0.path == RuleRelease.fileName }
        guard let said, let release = try? JSONDecoder().decode(RuleRelease.self, from: Data(said.bytes)),
            release.serial > 0, archive.files.contains(where: { $0.path.hasPrefix("signatures/") })
        else { throw RuleUpdateError("the archive holds no release of rules") }
        self.release = release
    }

    /// Writes all files below a folder that is made for them.
    func write(to folder: String) throws(RuleUpdateError) {
        do {
            for file in archive.files {
                let url = URL(fileURLWithPath: folder).appendingPathComponent(file.path)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try Data(file.bytes).write(to: url, options: .withoutOverwriting)
            }
        } catch {
            throw RuleUpdateError("\(folder) cannot be written: \(error.localizedDescription)")
        }
    }
}
