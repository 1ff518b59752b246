import Glibc
package import Observations

/// A folder that stands for the root of a file system: `/`, or where an image is mounted.
///
/// Links are followed as the system inside would follow them: an absolute one begins at this folder again,
/// and none leads out of it.
package struct RootFolder: Sendable {
    private let base: String
    /// As many links as Linux follows in one path.
    private static let mostLinks = 40

    package init(_ path: String) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        base = path == "/" ? "" : path
    }

    /// A file's name outside of the folder.
    package func outside(_ path: String) -> String { base + path }

    /// The path without links, with a slash in front; nil when it leads nowhere.
    package func resolve(_ path: String) -> String? {
        if case .there(let real) = presence(of: path) { return real }
        return nil
    }

    /// Whether something stands at a path.
    package enum Presence: Sendable {
        /// It does, and this is its path without links.
        case there(String)
        /// Nothing does.
        case gone
        /// Nobody can say, because a folder on the way can't be looked into.
        case hidden(FileError)
    }

    package func presence(of path: String) -> Presence {
        var parts = Array(path.split(separator: "/").map(String.init).reversed())
        var done: [String] = []
        var links = 0
        while let part = parts.popLast() {
            if part == "." { continue }
            if part == ".." {
                _ = done.popLast()
                continue
            }
            let here = "/" + (done + [part]).joined(separator: "/")
            var status = stat()
            guard lstat(outside(here), &status) == 0 else {
                let code = errno
                if code == ENOENT || code == ENOTDIR { return .gone }
                return .hidden(FileError("/" + done.joined(separator: "/"), code))
            }
            guard status.st_mode & S_IFMT == S_IFLNK else {
                done.append(part)
                continue
            }
            links += 1
            guard links <= Self.mostLinks, let target = link(outside(here)) else { return .gone }
            if target.hasPrefix("/") { done = [] }
            parts += target.split(separator: "/").map(String.init).reversed()
        }
        return .there("/" + done.joined(separator: "/"))
    }

    /// Where a link leads by its own words; nil for what is none.
    func target(ofLink path: String) -> String? {
        let parts = path.split(separator: "/")
        guard let name = parts.last, let folder = resolve("/" + parts.dropLast().joined(separator: "/"))
        else { return nil }
        return link(outside(folder + "/" + name))
    }

    private func link(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { room in
                room.baseAddress.map { readlink(path, $0, room.count) } ?? -1
            }
        }
        return count > 0 && count < 4096 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    package enum Entry: Sendable {
        case file, folder
        /// A link, whatever it leads to; never at the end of a resolved path.
        case link
    }

    /// What a resolved path is; nil for what is neither a file nor a folder.
    package func entry(_ path: String) -> Entry? {
        kind(path) == .link ? nil : kind(path)
    }

    /// The same of a path of which only the last name may be a link, which is not followed.
    func kind(_ path: String) -> Entry? {
        var status = stat()
        guard lstat(outside(path), &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        case S_IFLNK: return .link
        default: return nil
        }
    }

    /// How many bytes a file has; nil for what can't be asked.
    func size(_ path: String) -> Int? {
        var status = stat()
        return lstat(outside(path), &status) == 0 ? Int(status.st_size) : nil
    }

    /// The names in a folder, sorted.
    package func names(in path: String) throws(FileError) -> [String] {
        guard let stream = opendir(outside(path)) else { throw FileError(path, errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The existing paths that a pattern stands for; `*` is any one name.
    ///
    /// - Parameter hidden: told of folders that can't be looked into, so that what is in them is not known.
    package func matching(_ pattern: String, hidden: (FileError) -> Void = { _ in }) -> [String] {
        var found = ["" as String]
        for part in pattern.split(separator: "/").map(String.init) {
            if part.contains("*") {
                let ends = part.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
                found = found.flatMap { base in
                    names(of: base, hidden)
                        .filter { $0.hasPrefix(ends[0]) && $0.hasSuffix(ends[ends.count - 1]) }
                        .map { base + "/" + $0 }
                }
            } else {
                found = found.map { $0 + "/" + part }
            }
        }
        return found.filter { path in
            switch presence(of: path) {
            case .there: return true
            case .gone: return false
            case .hidden(let fault):
                hidden(fault)
                return false
            }
        }
    }

    /// The names in what may be a folder.
    private func names(of path: String, _ hidden: (FileError) -> Void) -> [String] {
        switch presence(of: path) {
        case .gone: return []
        case .hidden(let fault): hidden(fault)
        case .there(let real):
            guard entry(real) == .folder else { return [] }
            do throws(FileError) { return try names(in: real) } catch { hidden(error) }
        }
        return []
    }
}
