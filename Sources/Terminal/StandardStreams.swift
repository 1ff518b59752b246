import Glibc

/// The three descriptors that a program is started with.
package enum StandardStreams {
    /// Takes the place of descriptors that the program was started without.
    ///
    /// The next file that is opened would become standard output or standard error otherwise, and records
    /// would be mixed with messages. Reading from or writing to such a place fails, as it did before.
    package static func claim() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            let mode = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY
            let opened = open("/dev/null", mode)
            if opened >= 0, opened != descriptor {
                dup2(opened, descriptor)
                close(opened)
            }
        }
    }
}
