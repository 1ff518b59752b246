import Foundation
import Import
import Observations
import Pipeline
import Terminal

/// Finds what the files of an import are, reads each with the reader of its kind, and says what came of it.
final class ImportSession {
    private let formats: [ForeignFormat]
    private let isNamed: Bool
    private let run: ImportRun
    private var readers: [String: any ForeignReader] = [:]
    /// Files that could not be read, or are of no kind that is known.
    private var unread = 0
    /// Files in folders that are of no kind that is known.
    private var passedOver = 0

    /// - Parameter isNamed: whether all files are of the first format, however they look.
    init(_ formats: [ForeignFormat], isNamed: Bool, _ run: ImportRun) {
        self.formats = formats
        self.run = run
        self.isNamed = isNamed
    }

    /// Whether something was lost.
    var hasLost: Bool { unread > 0 || run.counts.skippedLines > 0 }

    /// Reads files and folders, and writes all that is held at the end.
    func read(_ paths: [String]) throws {
        var found: [(format: ForeignFormat, priority: Int, path: String, opened: ImportInput?)] = []
        for path in paths.flatMap(files) {
            do throws(FileError) {
                let input = try ImportInput(path.name)
                guard let format = format(input.head) else {
                    if path.isListed { passedOver += 1 } else { unknown(path.name) }
                    continue
                }
                // A pipe can be opened once; files are closed again, for there may be many.
                let isPipe = !Self.isRegular(path.name)
                let priority = reader(format).priority(input.head)
                found.append((format, priority, path.name, isPipe ? input : nil))
            } catch {
                fail(error)
            }
        }
        for file in found.enumerated().sorted(by: {
            ($0.element.priority, $0.offset) < ($1.element.priority, $1.offset)
        }) {
            do {
                run.begin(file: file.element.path)
                let input = try file.element.opened ?? ImportInput(file.element.path)
                try reader(file.element.format).read(input)
            } catch let error as FileError {
                fail(error)
            }
        }
        for format in formats { try readers[format.name]?.finish() }
        try run.finish()
    }

    private func format(_ head: FileHead) -> ForeignFormat? {
        isNamed ? formats.first : ForeignFormats.find(head, among: formats)
    }

    private func reader(_ format: ForeignFormat) -> any ForeignReader {
        if let reader = readers[format.name] { return reader }
        let reader = format.makeReader(run)
        readers[format.name] = reader
        return reader
    }

    /// The file itself, or what stands in a folder, by name.
    private func files(_ path: String) -> [(name: String, isListed: Bool)] {
        guard let folder = FolderFiles(path) else { return [(path, false)] }
        for fault in folder.faults { fail(fault) }
        if folder.files.isEmpty, folder.faults.isEmpty { fail(FileError(path, "there is no file in it")) }
        return folder.files.map { ($0, true) }
    }

    private static func isRegular(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private func unknown(_ path: String) {
        let tried = formats.map(\.name).joined(separator: ", ")
        fail(FileError(path, "is of no kind that is known; tried \(tried) (--from FORMAT names one)"))
    }

    private func fail(_ error: FileError) {
        unread += 1
        Terminal.say(error.description)
    }

    /// The summary for a person.
    var report: String {
        let counts = run.counts
        var lines = [
            "\(counted(counts.files, "file")), \(counted(counts.lines, "line")): "
                + "\(counted(counts.sightings, "sighting")) in \(counted(counts.records, "record"))"
                + (counts.passed > 0 ? ", \(grouped(UInt64(counts.passed))) of other things" : "")
                + (counts.skippedLines > 0 ? ", \(grouped(UInt64(counts.skippedLines))) skipped" : "")
        ]
        for reason in counts.skipped {
            lines.append(
                "  skipped: \(reason.text): \(grouped(UInt64(reason.count))), first at \(reason.first)"
            )
        }
        for remark in counts.remarks {
            lines.append("  \(remark.text): \(grouped(UInt64(remark.count))), first at \(remark.first)")
        }
        if passedOver > 0 {
            lines.append("  in folders, of no kind that is known: \(counted(passedOver, "file"))")
        }
        if unread > 0 { lines.append("  not read: \(counted(unread, "file"))") }
        return lines.joined(separator: "\n")
    }
}
