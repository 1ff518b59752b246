import Glibc

/// Whether a process may have more threads than one.
enum Threads {
    /// Where none can be made, libraries that want one wait for it without an end.
    ///
    /// - Throws: when no thread can be made.
    static func check() throws {
        var thread = pthread_t()
        let error = pthread_create(&thread, nil, { _ in nil }, nil)
        guard error == 0 else {
            throw ThreadError(description: "no thread can be made: \(String(cString: strerror(error)))")
        }
        pthread_join(thread, nil)
    }
}

/// Why a process can do nothing beside something else.
private struct ThreadError: Error, CustomStringConvertible {
    let description: String
}
