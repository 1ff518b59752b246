import CSQLite

/// What SQLite is told once, before anybody uses it.
enum SQLiteSetup {
    /// Its count of bytes in use is one for all threads: readers side by side wait for each other at each
    /// allocation, and the program never asks for it.
    private static let isDone: Bool = {
        hallmark_sqlite_uncounted()
        return true
    }()

    /// Makes sure of it; the first call counts.
    static func begin() { _ = isDone }
}
