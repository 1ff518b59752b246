import Foundation
import Observations

/// Targets from a stream, line by line and without waiting.
struct TargetInput: Sendable {
    enum Item {
        case text([UInt8], line: Int)
        case tooLong(line: Int)
        /// The input has more to come, but not now.
        case notYet
        case end
        case failed(TargetIssue)
    }

    static let name = "standard input"

    private let descriptor: Int32
    /// How far an interrupted run had read, which must be the same this time.
    private let expected: Checkpoint.InputPosition?
    private var lines = LineBuffer()
    private var digest = ListDigest()
    private var atEnd = false
    /// Since when nothing at all has come.
    private var wait = Wait()

    init(_ descriptor: Int32, expecting expected: Checkpoint.InputPosition? = nil) {
        self.descriptor = descriptor
        self.expected = expected
    }

    /// The lines taken out so far.
    var position: Checkpoint.InputPosition {
        Checkpoint.InputPosition(lines: lines.number, digest: digest.text)
    }

    mutating func next() -> Item {
        while true {
            if let line = lines.next(atEnd: atEnd) {
                if case .text(let text) = line {
                    digest.add(text.span)
                }
                digest.add(0x0a)
                guard lines.number != expected?.lines || position == expected else { return .failed(foreign) }
                guard case .text(let text) = line else { return .tooLong(line: lines.number) }
                return .text(text, line: lines.number)
            }
            if let why = lines.damage {
                return .failed(TargetIssue(source: TargetInput.name, line: lines.number + 1, why: why))
            }
            guard !atEnd else { return lines.number < expected?.lines ?? 0 ? .failed(foreign) : .end }
            guard TargetInput.isReadable(descriptor) else {
                if lines.number == 0 { wait.say() }
                return .notYet
            }
            switch InputFile.read(descriptor, { lines.append($0) }) {
            case .bytes: break
            case .end:
                lines.finish()
                atEnd = true
            case .error(let why):
                atEnd = true
                return .failed(TargetIssue(source: TargetInput.name, line: lines.number + 1, why: why))
            }
        }
    }

    /// Tells a person once that nothing has come.
    private struct Wait: Sendable {
        private let start = ContinuousClock.now
        private var isSaid = false

        mutating func say() {
            guard !isSaid, start.duration(to: .now) >= .seconds(2) else { return }
            isSaid = true
            AwaitedFile.sayOfInput()
        }
    }

    private var foreign: TargetIssue {
        TargetIssue(
            source: TargetInput.name,
            line: lines.number,
            why: "the lines so far are not those that the interrupted run read"
        )
    }

    /// Whether a read would return at once, be it with bytes, the end or an error.
    private static func isReadable(_ descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }
}
