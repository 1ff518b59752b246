import Foundation
package import Observations
import YAML

/// The shipped mapping files: installed with the executable, beside it, or in its source tree.
///
/// `$HALLMARK_MAPPINGS` comes first; the working directory is never looked at.
package enum MappingFolder {
    package static let variable = "HALLMARK_MAPPINGS"

    /// The folder; nil when there is none.
    package static func find(
        executable: String,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> String? {
        if let named = environment[variable], !named.isEmpty { return named }
        let candidates = InstalledData.candidates("mappings", executable: executable)
        return candidates.first { FileManager.default.fileExists(atPath: $0 + "/suricata.yaml") }
    }

    /// The mappings of a folder, those first that ask for most in a file; and what is wrong with the others.
    package static func read(_ folder: String) throws(FileError) -> (mappings: [Mapping], faults: [String]) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw FileError(folder, "can't be read")
        }
        var mappings: [Mapping] = []
        var faults: [String] = []
        for name in names.sorted() where name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            do { mappings.append(try read(file: folder + "/" + name)) } catch { faults.append("\(error)") }
        }
        let sorted = mappings.enumerated()
            .sorted { ($0.element.demands, $1.offset) > ($1.element.demands, $0.offset) }
        return (sorted.map(\.element), faults)
    }

    /// The mapping in a file.
    package static func read(file: String) throws -> Mapping {
        try MappingReader.read(try AwaitedFile.bytes(of: file, limit: 64 << 20), file: file)
    }
}

extension Mapping {
    /// How much it asks of a file's first bytes.
    fileprivate var demands: Int {
        recognition.members.count + recognition.columns.count + recognition.shapes.count
            + 2 * recognition.contains.count
    }
}
