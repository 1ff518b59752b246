import Dispatch
import Foundation
import Observations
import Synchronization
import Terminal

/// Tells on the terminal how much of its input a long command has read, redrawn in place.
///
/// Nothing is shown for work that is soon done, or when standard error is no terminal.
final class ReadingProgress {
    /// Nil when there is nobody to tell.
    private let timer: (any DispatchSourceTimer)?

    /// Begins to watch.
    ///
    /// - Parameter files: what will be read; with standard input or a folder among them the total is not
    ///   known.
    init(_ files: [String]) {
        Self.announce(files)
        guard Terminal.isErrorTerminal else {
            timer = nil
            return
        }
        let total = Self.size(files)
        let start = DispatchTime.now()
        // What was read for something else, such as lists.
        let before = InputBytes.bytesRead.load(ordering: .relaxed)
        let timer = DispatchSource.makeTimerSource(queue: .global())
        timer.setEventHandler {
            let elapsed = Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
            let done = InputBytes.bytesRead.load(ordering: .relaxed) - before
            Terminal.showProgress(Self.text(done: done, total: total, seconds: elapsed))
        }
        timer.schedule(deadline: .now() + 1, repeating: .milliseconds(200))
        timer.resume()
        self.timer = timer
    }

    /// Says that something is waited for, where a person at a terminal named nothing that is read.
    static func announce(_ files: [String]) {
        guard files.contains("-"), isatty(STDIN_FILENO) == 1 else { return }
        AwaitedFile.hasSaidOfInput()
        Terminal.say("records are awaited on standard input; name a file, or end them with Ctrl-D", .warning)
    }

    /// Takes the line away; what is written next begins a line.
    func end() {
        timer?.cancel()
        Terminal.clearProgress()
    }

    static func text(done: Int, total: Int?, seconds: Double) -> String {
        let rate = seconds > 0 ? Double(done) / seconds : 0
        var text = "\(megabytes(done)) MB"
        if let total, total > 0 { text += " of \(megabytes(total)) MB (\(min(100, done * 100 / total))%)" }
        text += ", \(megabytes(Int(rate))) MB/s"
        if let total, total > done, rate > 0 {
            text += ", \(ProgressLine.clock(Int(Double(total - done) / rate) + 1)) left"
        }
        return text
    }

    private static func megabytes(_ bytes: Int) -> String {
        grouped(UInt64(max(0, bytes) / 1_000_000))
    }

    private static func size(_ files: [String]) -> Int? {
        var sum = 0
        for file in files {
            let attributes = try? FileManager.default.attributesOfItem(atPath: file)
            guard attributes?[.type] as? FileAttributeType == .typeRegular,
                let size = attributes?[.size] as? Int
            else { return nil }
            sum += size
        }
        return sum
    }
}
