package import Observations

/// Looks for the keystores of Java runtimes below folders, at any depth: applications bring runtimes of their
/// own.
package struct JavaSearch {
    /// How many files and folders are looked at below one folder: `/opt` of a well-used machine has 100,000.
    package static let most = 500_000
    private static let names = ["cacerts", "jssecacerts"]
    private static let ends = ["/lib/security", "/jre/lib/security"]

    private let root: RootFolder
    private let most: Int
    package private(set) var found: [String] = []
    package private(set) var faults: [FileError] = []

    package init(_ root: RootFolder, most: Int = JavaSearch.most) {
        self.root = root
        self.most = most
    }

    /// Looks below a folder, the nearest first.
    ///
    /// A link to a folder is looked at as a runtime, and not gone through: it may lead anywhere.
    package mutating func look(below start: String) {
        switch root.presence(of: start) {
        case .gone: return
        case .hidden(let fault): return faults.append(fault)
        case .there(let real):
            guard root.entry(real) == .folder else { return }
            var folders = [Folder(path: start, real: real)]
            var (next, count) = (0, 0)
            while next < folders.count {
                let folder = folders[next]
                next += 1
                let names: [String]
                do throws(FileError) { names = try root.names(in: folder.real) } catch {
                    let reason = "\(error.reason); Java keystores in it were not looked for"
                    faults.append(FileError(folder.path, reason))
                    continue
                }
                count += names.count
                guard count <= most else {
                    let reason =
                        "more than \(most) files are below it; Java keystores were looked for in"
                        + " \(next - 1) folders of it"
                    return faults.append(FileError(start, reason))
                }
                for name in names { look(at: name, in: folder, &folders) }
            }
        }
    }

    /// A folder as it was asked for, and without links.
    private struct Folder {
        let path: String
        let real: String
    }

    private mutating func look(at name: String, in folder: Folder, _ folders: inout [Folder]) {
        let path = folder.path + "/" + name
        if Self.names.contains(name), folder.path.hasSuffix("/lib/security") { return found.append(path) }
        let real = folder.real + "/" + name
        switch root.kind(real) {
        case .folder: folders.append(Folder(path: path, real: real))
        case .link:
            for end in Self.ends {
                for file in Self.names where root.resolve(path + end + "/" + file) != nil {
                    found.append(path + end + "/" + file)
                }
            }
        default: return
        }
    }
}
