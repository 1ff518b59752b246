import Bytes
import Glibc
package import Observations

/// What the system's own packages say that their files hold, as far as roots are concerned.
///
/// It is the first baseline: of the 139 roots of a Debian 12 bundle Mozilla's current list lacks 47, none of
/// which anybody added.
package struct PackageFiles: Sendable {
    private enum Digest: Sendable {
        case md5([UInt8])
        case sha1([UInt8])
    }

    /// By path, with a slash in front.
    private var digests: [String: Digest] = [:]
    /// Folders of roots that packages bring.
    private static let folders = ["/usr/share/ca-certificates/", "/usr/share/pki/"]
    /// The one file with roots that the distribution's own package brings where rpm's database is kept:
    /// `ca-certificates` of Fedora and Red Hat, `ca-certificates-mozilla` of SUSE.
    private static let wellKnown = [
        "/usr/share/pki/ca-trust-source/ca-bundle.trust.p11-kit",
        "/usr/share/pki/trust/ca-certificates-mozilla.trust.p11-kit",
    ]
    /// The file of these that this system has.
    private var distributionFile: String?
    /// Whether a database was read that lists files.
    private var listsFiles = false

    /// What was found to read: `dpkg`, `apk`, `rpm`; empty when the system says nothing of its packages.
    package private(set) var databases: [String] = []
    package private(set) var faults: [FileError] = []

    package init(_ root: RootFolder) {
        readDebian(root)
        readAlpine(root)
        // The database of rpm is a format of its own, of which there are three.
        let hasRPM = ["/var/lib/rpm", "/usr/lib/sysimage/rpm"].contains { root.resolve($0) != nil }
        // A system whose packages are listed may have rpm installed as a tool.
        guard hasRPM, !listsFiles else { return }
        databases.append("rpm")
        let files = Self.wellKnown.filter { root.resolve($0) == $0 }
        if files.count == 1 {
            distributionFile = files.first
        } else if files.count > 1 {
            let names = files.joined(separator: " and ")
            faults.append(FileError("/usr/share/pki", "\(names) can't both be the distribution's own"))
        }
    }

    /// The paths of all root certificates that packages brought.
    package var certificatePaths: [String] {
        digests.keys.filter { path in Self.folders.contains { path.hasPrefix($0) } }.sorted()
            + (distributionFile.map { [$0] } ?? [])
    }

    package enum State: Equatable, Sendable {
        /// As its package brought it.
        case original
        /// Another content than its package brought.
        case changed
        /// The distribution's own by its name, but nothing here says what was in it.
        case untested
        /// Of no package.
        case foreign
    }

    /// How a file stands to the package that brought it.
    package func state(of path: String, _ bytes: [UInt8]) -> State {
        switch digests[path] {
        case .md5(let digest)?: BodyDigest.md5(bytes.span) == digest ? .original : .changed
        case .sha1(let digest)?: BodyDigest.sha1(bytes.span) == digest ? .original : .changed
        case nil: path == distributionFile ? .untested : .foreign
        }
    }

    /// Whether a package's file can matter here.
    private static func matters(_ path: some StringProtocol) -> Bool {
        path.hasSuffix(".crt") || path.hasSuffix(".pem") || path.hasSuffix("cacerts")
            || path.hasSuffix(".p11-kit")
    }

    /// Reads `*.md5sums` of dpkg: a digest, two blanks, and a path without the slash in front.
    private mutating func readDebian(_ root: RootFolder) {
        guard let folder = root.resolve("/var/lib/dpkg/info") else { return }
        databases.append("dpkg")
        let names: [String]
        do throws(FileError) { names = try root.names(in: folder) } catch { return faults.append(error) }
        for name in names where name.hasSuffix(".md5sums") {
            listsFiles = true
            guard let text = text(root, folder + "/" + name) else { continue }
            for line in text.split(separator: 0x0a) where line.count > 34 {
                let path = String(decoding: line.dropFirst(34), as: UTF8.self)
                guard Self.matters(path),
                    let digest = [UInt8](hex: String(decoding: line.prefix(32), as: UTF8.self))
                else { continue }
                digests["/" + path] = .md5(digest)
            }
        }
    }

    /// Reads apk's `installed`: `F:` a folder, `R:` a file in it, `Z:Q1` its SHA-1 in base64.
    private mutating func readAlpine(_ root: RootFolder) {
        guard let path = root.resolve("/lib/apk/db/installed") else { return }
        databases.append("apk")
        listsFiles = true
        guard let text = text(root, path) else { return }
        var folder = ""
        var file = ""
        for line in text.split(separator: 0x0a) where line.count > 2 {
            let value = String(decoding: line.dropFirst(2), as: UTF8.self)
            if line.starts(with: "F:".utf8) {
                folder = "/" + value
            } else if line.starts(with: "R:".utf8) {
                file = folder + "/" + value
            } else if line.starts(with: "Z:Q1".utf8), Self.matters(file),
                let digest = Array(value.dropFirst(2).utf8).withUnsafeBytes({ [UInt8](base64: $0) })
            {
                digests[file] = .sha1(digest)
            }
        }
    }

    private mutating func text(_ root: RootFolder, _ path: String) -> [UInt8]? {
        do throws(FileError) { return try StoreFile.bytes(of: root.outside(path), called: path) } catch {
            faults.append(error)
            return nil
        }
    }
}
