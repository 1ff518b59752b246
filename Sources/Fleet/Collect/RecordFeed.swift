/// Where whole files of records go on to: a corpus, a warehouse.
package protocol RecordFeed: Sendable {
    /// As messages call it.
    var name: String { get }
    /// By which it is remembered which files it has taken: what no other one is called, whatever its name.
    var identity: String { get }

    /// Takes a file; the same one again changes nothing.
    ///
    /// - Parameter token: the file's name for good.
    /// - Returns: whether all of it could be read.
    func take(_ path: String, token: String) throws -> Bool
}

/// How many whole files a feed could not be given since its collector began.
package struct MissedFiles: Equatable, Sendable {
    /// Why a file is not what the collector wrote.
    enum Fault { case gone, changed }

    /// They were not there any more.
    package private(set) var gone = 0
    /// They were cut, emptied or damaged, of which nothing was handed on, or something could not be read.
    package private(set) var changed = 0
    /// One of those that had changed.
    package private(set) var example = ""
    /// They came back as they were, and were handed on, now or after an earlier collector had missed them.
    package var later = 0

    package init() {}

    mutating func add(_ fault: Fault, _ path: String) {
        switch fault {
        case .gone: gone += 1
        case .changed:
            changed += 1
            if example.isEmpty { example = path }
        }
    }

    static func += (all: inout MissedFiles, more: MissedFiles) {
        all.gone += more.gone
        all.changed += more.changed
        all.later += more.later
        if all.example.isEmpty { all.example = more.example }
    }
}
