/// What a server may make an HTTP exchange cost.
package struct HTTPLimits: Sendable {
    /// Bytes of a head, trailers included, that are read.
    package var head = 64 * 1024
    /// Bytes of a head that are kept as received.
    package var keptHead = 16 * 1024
    /// Headers that are recorded.
    package var headers = 1000
    /// Answers with a 1xx status that are skipped.
    package var informational = 8
    /// Bytes of a body that are kept before content codings are undone.
    package var body = 64 * 1024
    /// Bytes of chunk sizes, extensions and line ends that are read.
    package var chunkOverhead = 256 * 1024
    /// Bytes of one chunk's size line.
    package var chunkLine = 4096

    package init() {}
}
