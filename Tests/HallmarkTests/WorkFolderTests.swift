import Foundation
import Glibc
import TestSupport
import Testing

@testable import hallmark

/// The folders that workers leave behind.
@Suite struct WorkFolderTests {
    private static func folders(_ scratch: Scratch) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: scratch.path))
    }

    @Test func whatADeadWorkerLeftIsRemoved() throws {
        let scratch = Scratch()
        let past = [FileAttributeKey.modificationDate: Date(timeIntervalSinceNow: -3600)]
        for name in ["hallmark-work-123", "hallmark-work-young", "something-else"] {
            let path = scratch.file(name)
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            try "a".write(toFile: path + "/file", atomically: false, encoding: .utf8)
            if name != "hallmark-work-young" {
                try FileManager.default.setAttributes(past, ofItemAtPath: path)
            }
        }
        // Where somebody else's link leads is not ours.
        symlink(scratch.file("something-else"), scratch.file("hallmark-work-link"))
        let living = try WorkFolder(in: scratch.path)
        try FileManager.default.setAttributes(past, ofItemAtPath: living.path)
        let own = try WorkFolder(in: scratch.path)
        let kept = [living, own].map { URL(fileURLWithPath: $0.path).lastPathComponent }
        #expect(
            try Self.folders(scratch)
                == Set(["hallmark-work-young", "something-else", "hallmark-work-link"] + kept)
        )
        #expect(FileManager.default.fileExists(atPath: scratch.file("something-else/file")))
        var status = stat()
        #expect(stat(own.path, &status) == 0 && status.st_mode & 0o777 == 0o700)
        own.remove()
        #expect(try !Self.folders(scratch).contains(kept[1]))
    }
}
