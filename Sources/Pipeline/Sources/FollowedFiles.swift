import Bytes
import Foundation
import Import
package import Observations

/// Reads files that grow until it is told to stop.
///
/// A reader pulls the lines of its file, and so each file has a thread. One of them works at a time: at the
/// end of what there is of a file the turn goes to the others. Only who has the turn touches what is shared.
package final class FollowedFiles: @unchecked Sendable {  // only who has the turn touches what is shared
    private let session: ImportSession
    private let fail: (FileError) -> Void
    private let isStopped: () -> Bool
    private let flush: () throws -> Void
    /// How often what was seen is written, in nanoseconds.
    private let interval: Int64
    private let turn = NSLock()
    private let done = DispatchSemaphore(value: 0)
    private var written = WallClock.nanoseconds
    /// What ends the run.
    private var failure: (any Error)?

    /// - Parameters:
    ///   - seconds: how often what was seen is written.
    ///   - flush: brings what was written to where it goes.
    ///   - isStopped: whether somebody wants an end: what has been written by then is read, and no more.
    ///   - fail: is told of files that can't be read on.
    package init(
        _ session: ImportSession,
        seconds: Int,
        flush: @escaping () throws -> Void,
        isStopped: @escaping () -> Bool,
        fail: @escaping (FileError) -> Void
    ) {
        self.session = session
        self.fail = fail
        self.isStopped = isStopped
        self.flush = flush
        interval = Int64(seconds) * 1_000_000_000
    }

    /// Reads all files at a time, and writes all that is held at the end.
    package func read(_ files: [ForeignInput]) throws {
        for file in ImportSession.ordered(files) {
            let followed = Followed(file)
            let thread = Thread { [self] in
                turn.lock()
                read(followed)
                turn.unlock()
                followed.hasCaughtUp.signal()
                done.signal()
            }
            // As much as the main thread has.
            thread.stackSize = 8 << 20
            thread.start()
            // What others are joined with is read first.
            followed.hasCaughtUp.wait()
        }
        for _ in files { done.wait() }
        if let failure { throw failure }
        try session.finish()
    }

    /// One of them; it belongs to who has the turn.
    private final class Followed: @unchecked Sendable {  // as the files: by turns
        let file: ForeignInput
        let hasCaughtUp = DispatchSemaphore(value: 0)
        var isWaiting = false

        init(_ file: ForeignInput) { self.file = file }
    }

    private func read(_ followed: Followed) {
        let file = followed.file
        do {
            guard let (input, format) = try open(followed) else { return }
            input.follow(FileGrowth(file.path) { [self] in wait(followed) })
            session.run.begin(file: file.path)
            try session.reader(format).read(input)
        } catch let error as FileError where !session.run.hasFailedToWrite {
            fail(error)
        } catch {
            failure = failure ?? error
        }
    }

    /// Opens a file; one that is empty or not there yet, when something stands in it.
    ///
    /// - Returns: nil when there is an end before.
    private func open(_ followed: Followed) throws -> (ImportInput, ForeignFormat)? {
        let file = followed.file
        if let format = file.format { return (try file.opened ?? ImportInput(file.path), format) }
        // Its writer may be within the first lines, which tell together what it is.
        var patience = 50
        var isBlank = true
        while true {
            let isThere = access(file.path, F_OK) == 0
            if isThere {
                let input = try ImportInput(file.path)
                isBlank = input.head.bytes.allSatisfy { $0 <= 0x20 }
                if !isBlank, input.head.bytes.contains(0x0a) {
                    if let format = ForeignFormats.find(input.head, among: session.formats) {
                        return (input, format)
                    }
                    patience -= 1
                    if patience == 0 { throw session.unknown(file.path) }
                }
            }
            guard wait(followed) else {
                if !isThere { fail(FileError(file.path, ENOENT)) }
                if !isBlank { fail(session.unknown(file.path)) }
                return nil
            }
        }
    }

    /// Lets the others work for a moment.
    ///
    /// - Returns: false when there is an end.
    private func wait(_ followed: Followed) -> Bool {
        if !followed.isWaiting {
            followed.isWaiting = true
            followed.hasCaughtUp.signal()
        }
        if isStopped() || failure != nil { return false }
        writeIfDue()
        turn.unlock()
        usleep(100_000)
        turn.lock()
        session.run.resume(file: followed.file.path)
        return true
    }

    private func writeIfDue() {
        let now = WallClock.nanoseconds
        guard now - written >= interval || now < written else { return }
        written = now
        do {
            try session.settle()
            try flush()
        } catch { failure = failure ?? error }
    }
}
