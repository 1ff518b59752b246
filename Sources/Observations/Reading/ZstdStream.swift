import CZstd

/// Zstandard (RFC 8878).
final class ZstdStream: Unpacker {
    static let name = "zstd"

    /// `zstd` writes no larger window unless it is told to, and refuses to read one unless it is told to.
    private static let windowLog: Int32 = 27

    private let stream: OpaquePointer
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    private var input = ZSTD_inBuffer()
    /// Whether the library holds bytes that found no place in the last output.
    private var isFull = false
    private(set) var isComplete = false
    /// What is wrong with the stream, which is said when all before it was given out.
    private var fault: UnpackingError?

    init?() {
        guard let stream = ZSTD_createDStream() else {
            room.deallocate()
            return nil
        }
        self.stream = stream
        ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, Self.windowLog)
    }

    deinit {
        ZSTD_freeDStream(stream)
        room.deallocate()
    }

    func read(
        into output: UnsafeMutableRawBufferPointer,
        load: (UnsafeMutableRawBufferPointer) throws(FileError) -> Int
    ) throws -> Int {
        if let fault { throw fault }
        var out = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        while out.pos == 0 {
            if input.pos == input.size, !isFull {
                let count = try load(room)
                if count == 0 { return 0 }
                input = ZSTD_inBuffer(src: UnsafeRawPointer(room.baseAddress), size: count, pos: 0)
            }
            let code = ZSTD_decompressStream(stream, &out, &input)
            guard ZSTD_isError(code) == 0 else {
                let isTooLarge = ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge
                let error =
                    isTooLarge
                    ? UnpackingError(
                        "needs more than 128 MiB to be unpacked; unpack it first ('zstd -d --long=31')"
                    ) : UnpackingError()
                fault = error
                guard out.pos > 0 else { throw error }
                return out.pos
            }
            isComplete = code == 0
            isFull = out.pos == out.size
        }
        return out.pos
    }
}
