import Bytes
import Foundation
package import Import
package import Observations

/// The files, folders and standard input that a command was given, as sources of records.
package struct Inputs {
    /// What a person named, and the sources that are in it.
    package struct Named {
        package let name: String
        package fileprivate(set) var sources: [any RecordSource]
    }

    package private(set) var named: [Named] = []
    /// Where names pointed, for who takes that.
    package private(set) var passiveDNS: [PassiveDNSFile] = []
    /// Files in folders that are of no kind that is read, and do not say that they are.
    private var passedOver: [String] = []
    /// Files that were named, and those of them that were named again: in a folder, by a link.
    private var known: Set<FileIdentity> = []
    private var repeated: [String] = []
    /// Other programs' files, which are joined with each other.
    private let foreign: ForeignFiles

    /// Looks at what files are; in folders, what is of no kind that is known is passed over.
    ///
    /// - Parameters:
    ///   - paths: `-` is standard input.
    ///   - options: how other programs' files are read; nil for as import does without options.
    ///   - takesPassiveDNS: whether files of where names pointed are wanted; they hold no records.
    ///   - unread: is told what could not be opened, or is of no kind.
    package init(
        _ paths: [String],
        _ options: ImportRun.Options? = nil,
        takesPassiveDNS: Bool = false,
        unread: (FileError) -> Void
    ) {
        foreign = ForeignFiles(options ?? ImportRun.Options())
        for path in paths {
            var found = Named(name: path, sources: [])
            var isAnything = false
            let files = InputFile.list(path) {
                isAnything = true
                unread($0)
            }
            for file in files {
                if let identity = FileIdentity(path: file.path), !known.insert(identity).inserted {
                    repeated.append(file.path)
                    isAnything = true
                    continue
                }
                do throws(FileError) {
                    let input = try ImportInput(file.path)
                    if let format = PassiveDNSFormat(input.head),
                        try add(format, file, input, isWanted: takesPassiveDNS)
                    {
                        isAnything = isAnything || takesPassiveDNS
                        continue
                    }
                    guard let kind = try Self.kind(input, file) else {
                        passedOver.append(file.path)
                        continue
                    }
                    isAnything = true
                    if let source = source(kind, file, input) { found.sources.append(source) }
                } catch {
                    isAnything = true
                    unread(error)
                }
            }
            if !isAnything {
                unread(FileError(path, "there is nothing in it: no observation and no certificate"))
            }
            if !found.sources.isEmpty || !repeated.contains(path) { named.append(found) }
        }
    }

    /// Takes a file of where names pointed to those that are read, or passes it over.
    ///
    /// - Returns: whether nothing else is to be read in it.
    /// - Throws: where a person named it to a command that has no use for it.
    private mutating func add(
        _ format: PassiveDNSFormat,
        _ file: InputFile,
        _ input: ImportInput,
        isWanted: Bool
    ) throws(FileError) -> Bool {
        if isWanted {
            // A stream of several logs of Zeek's is read for each of them; a pipe can be read once.
            let isMixed = PassiveDNSFormat.isMixed(input.head) && file.isRegular
            passiveDNS.append(
                PassiveDNSFile(file.path, format: format, opened: file.isRegular ? nil : input)
            )
            return !isMixed
        }
        // Zeek's logs are read together, and what none of them has use for is passed over there.
        guard format != .zeek else { return false }
        guard file.isListed else {
            throw FileError(
                file.path,
                "is \(format.title), which holds no record: 'hallmark corpus add' takes it into a corpus"
            )
        }
        passedOver.append(file.path)
        return true
    }

    /// - Returns: nil for what is nothing of ours and found in a folder, where that is no mistake.
    private static func kind(_ input: ImportInput, _ file: InputFile) throws(FileError) -> InputKind? {
        if file.isListed, input.head.bytes.allSatisfy({ $0 <= 0x20 }) {
            guard file.isOfOurKind else { return nil }
            throw FileError(file.path, "there is nothing in it")
        }
        do throws(FileError) { return try InputKind(input.head) } catch {
            guard file.isListed, !file.looksLikeLog(input.head) else { throw error }
            return nil
        }
    }

    /// What of folders was not read and what was not read twice, for a person; nil for nothing.
    package var remark: String? {
        let remarks = [
            Self.list("of no kind that is read, and passed over", passedOver), Self.repeated(repeated),
        ].compactMap(\.self)
        return remarks.isEmpty ? nil : remarks.joined(separator: "; ")
    }

    /// What is said of files that were named more than once; nil for none.
    package static func repeated(_ paths: [String]) -> String? {
        list("named more than once, and read once", paths)
    }

    private static func list(_ text: String, _ paths: [String]) -> String? {
        guard !paths.isEmpty else { return nil }
        let more = paths.count > 3 ? " and \(paths.count - 3) more" : ""
        return "\(text): \(paths.prefix(3).joined(separator: ", "))\(more)"
    }

    /// All of them in their order.
    package var sources: [any RecordSource] { named.flatMap(\.sources) }

    /// - Returns: nil for a file that goes to a source that there is already.
    private func source(_ kind: InputKind, _ file: InputFile, _ input: ImportInput) -> (any RecordSource)? {
        // A pipe can be opened once; files are closed again, for there may be many.
        let opened = file.isRegular ? nil : input
        switch kind {
        case .records: return RecordFile(file.path, opened: opened?.source)
        case .certificates: return CertificateSource(file.path, opened: opened?.source)
        case .foreign(let format):
            let isFirst = foreign.isEmpty
            foreign.add(ForeignInput(format, input, isKept: opened != nil))
            return isFirst ? foreign : nil
        }
    }
}

/// A file by its path, named by a person or found in a folder.
struct InputFile {
    let path: String
    /// Whether it was found in a folder.
    let isListed: Bool

    /// The file itself, or what stands in a folder, by name.
    ///
    /// - Parameter unread: is told what of a folder could not be looked into.
    static func list(_ path: String, unread: (FileError) -> Void) -> [InputFile] {
        guard let folder = FolderFiles(path) else { return [InputFile(path: path, isListed: false)] }
        for fault in folder.faults { unread(fault) }
        return folder.files.map { InputFile(path: $0, isListed: true) }
    }

    /// What records, certificates and captures are called, and packed files that are not unpacked here.
    private static let ourKinds: Set<Substring> = [
        "ndjson", "jsonl", "pem", "crt", "cer", "der", "p12", "pfx", "p7b", "pcap", "pcapng", "bz2", "xz",
        "zip", "7z",
    ]

    /// Whether the name says that it is something to be read, so that it is a mistake when it is nothing.
    var isOfOurKind: Bool {
        let name = path.split(separator: "/").last ?? ""
        var parts = name.lowercased().split(separator: ".").dropFirst()
        if let last = parts.last, ["gz", "zst"].contains(last) { parts = parts.dropLast() }
        return parts.last.map { Self.ourKinds.contains($0) } ?? false
    }

    /// Whether it may hold what is read, by its name or its first bytes: then it is a mistake when it is of
    /// no kind that is known.
    func looksLikeLog(_ head: FileHead) -> Bool {
        if isOfOurKind { return true }
        // Zeek writes some thirty logs beside those of connections, certificates and names.
        if head.firstLine.hasPrefix("{\"ts\":") { return false }
        if head.isJSON { return true }
        let name = path.split(separator: "/").last?.lowercased() ?? ""
        let parts = name.split { ".-_".contains($0) }.dropFirst(name.hasPrefix(".") ? 0 : 1)
        return parts.contains { Self.logKinds.contains($0) }
            || ["#separator", "#fields", "<?xml"].contains { head.text.hasPrefix($0) }
    }

    /// What logs and tables of others are called.
    private static let logKinds: Set<Substring> = ["log", "json", "csv", "tsv", "xml", "cap", "eve"]

    var isRegular: Bool { path != "-" && (try? RegularFile.isOne(at: path)) == true }
}
