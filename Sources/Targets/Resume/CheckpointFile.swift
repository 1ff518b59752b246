package import Observations
import Foundation

/// The file of a checkpoint, which one run at a time has for itself.
package final class CheckpointFile {
    package let path: String
    /// The version that is in place, open and locked; nil as long as there is none.
    private var held: Int32?

    /// Takes the file, whether it exists yet or not.
    ///
    /// - Throws: if another run has it, or it can't be opened.
    package init(_ path: String) throws(CheckpointError) {
        self.path = path
        held = nil
        while true {
            // A pipe must not be waited for.
            let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
            guard file >= 0 else {
                if errno == ENOENT { return }
                throw CheckpointError("\(path): cannot be opened: \(InputFile.systemError())")
            }
            held.map { _ = close($0) }
            held = file
            guard let identity = FileIdentity(descriptor: file) else {
                throw CheckpointError("\(path): is not a regular file")
            }
            guard FileLock.take(file) else { throw CheckpointFile.inUse(path) }
            // The run that held it may have put a new version in place while this one was being opened.
            if FileIdentity(path: path) == identity { return }
        }
    }

    deinit { if let held { close(held) } }

    private static func inUse(_ path: String) -> CheckpointError {
        CheckpointError("\(path): is in use by another run")
    }

    /// Whether there is a file.
    package var exists: Bool { held != nil }

    /// Which file it is at this moment.
    package var identity: FileIdentity? { held.flatMap { FileIdentity(descriptor: $0) } }

    /// Reads the checkpoint and checks it.
    package func load() throws(CheckpointError) -> Checkpoint { try Checkpoint.load(from: path) }

    /// Finds out whether it can be written, and refuses to write over what is no checkpoint, be it a damaged
    /// one.
    package func checkThatItMayBeReplaced() throws(CheckpointError) {
        do throws(TargetIssue) {
            try FileDraft.check(path)
        } catch {
            throw CheckpointError(error.description)
        }
        guard let held, lseek(held, 0, SEEK_END) > 0 else { return }
        do throws(CheckpointError) {
            _ = try load()
        } catch {
            throw CheckpointError(
                "\(error.description); it is not written over: name another file or remove it"
            )
        }
    }

    /// Writes the checkpoint so that the file always holds a whole one, the old or the new.
    package func save(_ checkpoint: Checkpoint) throws(CheckpointError) {
        let json = try checkpoint.json(for: path)
        do throws(TargetIssue) {
            let draft = try FileDraft(of: path, mode: 0o600)
            try draft.write(json)
            let next = dup(draft.descriptor)
            guard next >= 0 else { throw TargetIssue(source: path, why: InputFile.systemError()) }
            _ = fcntl(next, F_SETFD, FD_CLOEXEC)
            // Locked before it is in place, so that there is no moment at which another run could take it.
            _ = FileLock.take(next)
            do throws(TargetIssue) {
                try draft.place(held == nil ? .creating : .replacing)
            } catch {
                close(next)
                throw error
            }
            if let held { close(held) }
            held = next
        } catch {
            if held == nil, access(path, F_OK) == 0 { throw CheckpointFile.inUse(path) }
            throw CheckpointError(error.description)
        }
    }
}
