import CZlib
import Glibc

/// gzip (RFC 1952).
final class GzipStream: Unpacker {
    static let name = "gzip"

    private var stream = z_stream()
    private let input = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 18)
    private(set) var isComplete = false
    /// The stream is damaged, which is said when all before the damage was given out.
    private var isDamaged = false

    init?() {
        // 16 more than the largest window: gzip and nothing else.
        guard cinflateInit2(&stream, 15 + 16) == Z_OK else {
            input.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(&stream)
        input.deallocate()
    }

    func read(
        into output: UnsafeMutableRawBufferPointer,
        load: (UnsafeMutableRawBufferPointer) throws(FileError) -> Int
    ) throws -> Int {
        if isDamaged { throw UnpackingError() }
        let room = UInt32(min(output.count, 1 << 30))
        stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = room
        while stream.avail_out == room {
            if stream.avail_in == 0 {
                let count = try load(UnsafeMutableRawBufferPointer(input))
                if count == 0 { return 0 }
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(count)
            }
            if isComplete {
                // Blocks of tapes are filled up with zeros.
                while stream.avail_in > 0, stream.next_in.pointee == 0 {
                    stream.next_in += 1
                    stream.avail_in -= 1
                }
                if stream.avail_in == 0 { continue }
                guard inflateReset(&stream) == Z_OK else { throw UnpackingError() }
                isComplete = false
            }
            let code = inflate(&stream, Z_NO_FLUSH)
            if code == Z_STREAM_END {
                isComplete = true
            } else if code != Z_OK, code != Z_BUF_ERROR {
                isDamaged = true
                guard stream.avail_out < room else { throw UnpackingError() }
            }
        }
        return Int(room - stream.avail_out)
    }
}
