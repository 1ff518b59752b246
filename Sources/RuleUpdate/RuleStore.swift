import Foundation
import Glibc

/// A folder of updated rules: each release in a folder of its own, and two links that say which counts.
///
/// `current` is the release that is used, `previous` the one before, which stays to go back to. A link is
/// replaced by a rename, so that a program which starts meanwhile sees the old rules or the new ones, and
/// never half of each.
package struct RuleStore: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// Where the updates lie that root has taken over, for everybody on the machine.
    ///
    /// No service's own folder: who runs a scan must not be able to write the rules that root reads.
    package static let system = RuleStore(path: "/var/lib/hallmark-signatures")

    /// Where updates go unless somebody says otherwise: `$XDG_DATA_HOME/hallmark`; without it the system's
    /// folder for root and `~/.local/share/hallmark` for others.
    package init?(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
            self.init(path: data + "/hallmark")
        } else if geteuid() == 0 {
            self = Self.system
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            self.init(path: home + "/.local/share/hallmark")
        } else {
            return nil
        }
    }

    /// The store that a folder of rules is the current release of; nil where it is none's.
    package init?(of rules: String) {
        let end = "/current/signatures"
        guard rules.hasSuffix(end) else { return nil }
        self.init(path: String(rules.dropLast(end.count)))
        guard (try? FileManager.default.destinationOfSymbolicLink(atPath: current)) != nil else { return nil }
    }

    /// Where updates are looked for: one's own, and the system's.
    package static func inUse(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> [RuleStore] {
        let own = RuleStore(environment)
        return own?.path == system.path ? [system] : [own, system].compactMap(\.self)
    }

    package var current: String { path + "/current" }
    package var previous: String { path + "/previous" }

    /// Puts a release in the place of the one that is used.
    ///
    /// - Parameters:
    ///   - shipped: what came with the program, if that is known.
    ///   - check: looks at the unpacked folder before it counts.
    /// - Throws: for what is older than what is there, and when `check` does; nothing is changed then.
    package func install(
        _ signed: SignedRelease,
        shipped: RuleRelease?,
        check: (String) throws -> Void
    ) throws {
        let release = signed.release
        for known in [RuleRelease(in: current), shipped].compactMap(\.self)
        where known.serial > release.serial {
            throw RuleUpdateError(
                "it is older than what is there: \(release.fullName) against \(known.fullName)"
            )
        }
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw RuleUpdateError("\(path) cannot be made: \(error.localizedDescription)")
        }
        let name = "rules-\(release.serial)"
        let draft = "\(path)/.\(name).\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: draft) }
        try signed.write(to: draft)
        if path == Self.system.path { Self.openToAll(path, draft) }
        try check(draft)
        let place = "\(path)/\(name)"
        if access(place, F_OK) == 0 { try? FileManager.default.removeItem(atPath: place) }
        guard rename(draft, place) == 0 else { throw Self.failure(place) }
        let last = try? FileManager.default.destinationOfSymbolicLink(atPath: current)
        if let last, last != name { try link(previous, to: last) }
        try link(current, to: name)
        removeOthers(than: [name, last ?? name])
    }

    /// Makes the release before the current one the current one again.
    ///
    /// - Parameter hasShipped: whether the rules that came with the program count where no update does.
    /// - Returns: the release that counts then; nil for those that came with the program.
    package func goBack(hasShipped: Bool) throws(RuleUpdateError) -> RuleRelease? {
        let now = try? FileManager.default.destinationOfSymbolicLink(atPath: current)
        guard let last = try? FileManager.default.destinationOfSymbolicLink(atPath: previous) else {
            guard hasShipped, let now else {
                throw RuleUpdateError("there is no release to go back to in \(path)")
            }
            try link(previous, to: now)
            guard unlink(current) == 0 else { throw Self.failure(current) }
            return nil
        }
        try link(current, to: last)
        if let now { try link(previous, to: now) }
        return RuleRelease(in: current)
    }

    private func link(_ link: String, to target: String) throws(RuleUpdateError) {
        let draft = "\(link).\(UInt64.random(in: 0 ... .max))"
        guard symlink(target, draft) == 0, rename(draft, link) == 0 else {
            defer { unlink(draft) }
            throw Self.failure(link)
        }
    }

    /// Lets everybody read what root has taken over, whatever root's mask is.
    private static func openToAll(_ path: String, _ draft: String) {
        chmod(path, 0o755)
        chmod(draft, 0o755)
        let files = FileManager.default.enumerator(atPath: draft)
        while let file = files?.nextObject() as? String {
            let isFolder = files?.fileAttributes?[.type] as? FileAttributeType == .typeDirectory
            chmod(draft + "/" + file, isFolder ? 0o755 : 0o644)
        }
    }

    private func removeOthers(than kept: Set<String>) {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in all where name.hasPrefix("rules-") && !kept.contains(name) {
            try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
    }

    private static func failure(_ path: String) -> RuleUpdateError {
        RuleUpdateError("\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
