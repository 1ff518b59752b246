import Glibc
package import Synchronization

/// A file that can't be read, and why.
package struct FileError: Error, CustomStringConvertible {
    package let description: String
    /// The same without the file's name.
    package let reason: String

    package init(_ path: String, _ code: Int32) {
        // Whoever sees it has named a folder, and needs no system's word for one.
        self.init(path, code == EISDIR ? Self.isFolder : String(cString: strerror(code)))
    }

    /// Why a folder is not read where a file is wanted.
    package static let isFolder = "is a folder: name the files in it"

    package init(_ path: String, _ reason: String) {
        self.reason = reason
        let name = path.isEmpty ? "an empty file name" : path
        description = "\(path == "-" ? "standard input" : name): \(reason)"
    }
}

/// The bytes of a file or of standard input that is read as lines of JSON: unpacked, without a byte order
/// mark, and with each object of an array, of a document over many lines, or of a sequence of texts, on a
/// line of its own.
///
/// What can't be read as such is refused by name at the first read.
package final class InputBytes {
    /// What this program has read of its input so far, in bytes, for who shows how far it is.
    package static let bytesRead = Atomic<Int>(0)

    private let path: String
    private let source: UnpackedBytes
    private var takesAnything: Bool
    private var hasBegun = false
    /// What turns JSON of another form into lines.
    private var lines: JSONLines?
    private var pending: [UInt8] = []
    private var pendingPlace = 0
    /// How long the byte order mark is that was passed over.
    private(set) var markSize = 0

    /// - Parameters:
    ///   - path: the file, or `-` for standard input.
    ///   - takesAnything: whether what is no line of observations is read all the same, as it stands.
    package init(_ path: String, takesAnything: Bool = false) throws(FileError) {
        self.path = path
        self.takesAnything = takesAnything
        source = try UnpackedBytes(path)
    }

    /// Bytes that are there already.
    package init(_ bytes: [UInt8], takesAnything: Bool = false) {
        path = "memory"
        self.takesAnything = takesAnything
        source = UnpackedBytes(bytes)
    }

    /// From now on lines of JSON are wanted of an input that was opened to be looked at.
    ///
    /// - Throws: for what holds something else.
    package func expectRecords() throws(FileError) {
        guard takesAnything else { return }
        try begin()
        let head = try source.peek()
        let format = InputFormat(head)
        if let refusal = Self.refusal(of: format, head) { throw FileError(path, refusal) }
        takesAnything = false
        lines = JSONLines(format)
    }

    /// Whether the next read will not have to wait: always, but for pipes and files that grow.
    package var isReady: Bool { pendingPlace < pending.count || source.isReady }

    /// What is asked at the end of a file that grows, which is never a packed one.
    package func follow(_ growth: FileGrowth) {
        if !source.isPacked { source.growth = growth }
    }

    /// All bytes that are left.
    ///
    /// - Throws: for more than `limit`, too.
    package func rest(limit: Int) throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { room.deallocate() }
        while true {
            let count = try read(into: room)
            if count == 0 { return bytes }
            bytes += room[..<count]
            guard bytes.count <= limit else { throw FileError(path, "has more than \(limit) bytes") }
        }
    }

    /// - Returns: how many bytes were read; 0 at the end.
    package func read(into output: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        try begin()
        guard output.count > 0 else { return 0 }
        guard lines != nil else { return try source.read(into: output) }
        while pendingPlace == pending.count {
            guard try fillPending() else { return 0 }
        }
        let part = pending[pendingPlace...].prefix(output.count)
        output.copyBytes(from: part)
        pendingPlace += part.count
        return part.count
    }

    /// Whether the lines stand in a file as they are read, so that they can be read again by their places.
    func isPlainFile() throws(FileError) -> Bool {
        try begin()
        return lines == nil && source.isPlainFile
    }

    /// The first bytes, unpacked, which stay to be read: `count` of them if there are as many.
    ///
    /// Of a pipe, what its writer has written up to the end of a line.
    package func peek(_ count: Int) throws(FileError) -> ArraySlice<UInt8> {
        try begin()
        return try source.peek(count)
    }

    private func begin() throws(FileError) {
        guard !hasBegun else { return }
        hasBegun = true
        let head = try source.peek()
        let format = InputFormat(head)
        if let refusal = Self.refusal(of: format, head),
            !takesAnything || format == .utf16 || format == .utf32
        {
            throw FileError(path, refusal)
        }
        if head.starts(with: [0xef, 0xbb, 0xbf]) {
            markSize = 3
            source.skip(3)
        }
        if !takesAnything { lines = JSONLines(format) }
    }

    /// Why no record can be read of a file as it stands; nil where one may be.
    private static func refusal(of format: InputFormat, _ head: some RandomAccessCollection<UInt8>) -> String?
    {
        format.refusal ?? (ExportedRecords.begin(head) ? ExportedRecords.refusal : nil)
    }

    /// - Returns: false at the end.
    private func fillPending() throws(FileError) -> Bool {
        pending.removeAll(keepingCapacity: true)
        pendingPlace = 0
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { room.deallocate() }
        let count = try source.read(into: room)
        if count > 0 {
            lines?.add(UnsafeRawBufferPointer(rebasing: room[..<count]), to: &pending)
        } else if let lines, !lines.isComplete {
            throw FileError(path, "the JSON is cut off")
        }
        return count > 0
    }
}
