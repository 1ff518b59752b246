import Synchronization

/// What a scan says once of troubles that are this machine's and not its targets'.
package final class ScanNotices: Sendable {
    enum Notice: Hashable {
        /// Something ran out; so many connections at once are what one loop holds to.
        case exhausted(String, Int)
        case noRoute
        case resolver
        case pause
        case threads(made: Int, wanted: Int)

        /// One text for each kind is said.
        fileprivate var kind: Int {
            switch self {
            case .exhausted: 0
            case .noRoute: 1
            case .resolver: 2
            case .pause: 3
            case .threads: 4
            }
        }

        fileprivate var text: String {
            switch self {
            case .exhausted(let reason, let count):
                "this machine has no room for more connections (\(reason)); "
                    + "going on with about \(count) at once on each thread"
            case .noRoute:
                "this machine has no way to a network that is to be scanned; waiting for it a while"
            case .resolver: "no name server could be asked; names are lost to that"
            case .pause: "this process was kept from running; what that broke is asked again"
            case .threads(let made, let wanted): "only \(made) of \(wanted) threads could be made"
            }
        }
    }

    private struct State {
        var said: Set<Int> = []
        var waiting: [String] = []
    }

    private let state = Mutex(State())

    init() {}

    func say(_ notice: Notice) {
        state.withLock { state in
            if state.said.insert(notice.kind).inserted { state.waiting.append(notice.text) }
        }
    }

    /// What was said since the last call.
    package func take() -> [String] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }
}
