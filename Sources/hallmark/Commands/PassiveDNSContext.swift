import Context
import Corpus
import Foundation
import Import
import Observations

/// Passive DNS as context: of a corpus, and of files that are read for one run.
final class PassiveDNSContext: NameHistory {
    private let sources: [CorpusNames]
    private(set) var fault: String?

    init(_ corpora: [CorpusFile]) { sources = corpora.map { CorpusNames($0) } }

    func look(address: String, names: [String]) -> PastNamesContext? {
        var context = PastNamesContext()
        for source in sources {
            let facts: CorpusNames.Facts
            do { facts = try source.look(address: address, names: names) } catch {
                fault = fault ?? "\(error)"
                continue
            }
            var found = PastNamesContext()
            found.names = facts.names.map {
                PastNamesContext.Name(
                    name: $0.name,
                    aliases: $0.aliases,
                    first: $0.first,
                    last: $0.last,
                    count: $0.count,
                    isOwn: $0.isAsked
                )
            }
            found.addresses = facts.addresses
            context.add(found)
        }
        return context == PastNamesContext() ? nil : context
    }

    /// Reads files into a corpus that is gone when the program ends.
    ///
    /// - Parameter unread: is told what could not be read.
    static func read(_ files: [String], unread: (FileError) -> Void) throws -> CorpusFile {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("hallmark-\(UUID().uuidString).sqlite").path
        let corpus = try CorpusFile(path, .write)
        // What is open stays, and nothing is left behind however the program ends.
        for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) }
        for file in files.map({ PassiveDNSFile($0) }) {
            var counts = PassiveDNSFile.Counts()
            _ = try corpus.add(resolutionsOf: nil) { take in
                counts = try withoutActuallyEscaping(take) { take in
                    try file.read({ try take(Resolution($0)) }, unread: unread)
                }
                return true
            }
            if counts.lines == 0, counts.unread == 0 {
                unread(FileError(file.name, "there is nothing in it"))
            }
        }
        return corpus
    }
}
