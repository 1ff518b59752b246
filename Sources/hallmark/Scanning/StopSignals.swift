import Glibc
import Scan
import Synchronization

/// The signals that end a scan, and all that goes on until it is told to end: SIGINT, SIGTERM, and SIGHUP
/// unless the program was started to outlive it.
///
/// The first lets what has begun end, the second ends it at once, and the third ends the process, whatever
/// holds it up. The handler only counts, as little else is safe in one; whoever can wait asks `advance`.
enum StopSignals {
    /// From now on signals are counted, also those that a parent has left blocked.
    static func watch() {
        _ = received.load(ordering: .relaxed)
        var set = sigset_t()
        sigemptyset(&set)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            let before = signal(number) { _ in
                if received.add(1, ordering: .relaxed).newValue > 2 { _exit(130) }
            }
            if number == SIGHUP, isIgnored(before) {
                signal(number, SIG_IGN)
            } else {
                sigaddset(&set, number)
            }
        }
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    /// Has the scan end as the signals so far ask for.
    static func advance(_ control: ScanControl) {
        switch received.load(ordering: .relaxed) {
        case 0: break
        case 1: control.advance(to: .draining)
        default: control.advance(to: .stopped)
        }
    }

    /// Whether one came.
    static var isAsked: Bool { received.load(ordering: .relaxed) > 0 }

    private static func isIgnored(_ handler: sighandler_t?) -> Bool {
        unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}

/// How many came.
private let received = Atomic<Int>(0)
