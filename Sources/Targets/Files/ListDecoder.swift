import Bytes
import Observations

/// Makes the UTF-8 text of a list from its bytes as they come: gzip and zstd are unpacked, UTF-16 is written
/// as UTF-8, and a byte order mark is taken off.
///
/// It belongs to one reader.
final class ListDecoder: @unchecked Sendable {  // The feed's lock guards the reader of standard input.
    /// Why what follows can't be read.
    private(set) var damage: String?

    private var form: Form?
    /// The first bytes, until they tell the form; then what is left of a character that was cut.
    private var held: [UInt8] = []
    private var highSurrogate: UInt16?

    private enum Form {
        case plain
        case utf16(isBigEndian: Bool)
        case packed(any Unpacker, inside: ListDecoder)
    }

    /// Decodes bytes; those that can't be told yet are kept for the next call.
    ///
    /// - Parameter isLast: whether no more will come.
    func decode(_ bytes: UnsafeRawBufferPointer, isLast: Bool, _ take: (UnsafeRawBufferPointer) -> Void) {
        guard damage == nil else { return }
        switch form {
        case nil:
            held.append(contentsOf: bytes)
            // The longest mark has three bytes, the longest magic number four.
            guard held.count >= 4 || isLast else { return }
            let head = held
            held = []
            begin(head, take)
            head.withUnsafeBytes { head in
                let mark = markLength(head)
                decode(UnsafeRawBufferPointer(rebasing: head[mark...]), isLast: isLast, take)
            }
        case .plain: if bytes.count > 0 { take(bytes) }
        case .utf16(let isBigEndian): widen(bytes, isBigEndian, isLast, take)
        case .packed(let stream, let inside): unpack(bytes, stream, inside, isLast, take)
        }
    }

    private func begin(_ head: [UInt8], _ take: (UnsafeRawBufferPointer) -> Void) {
        form = .plain
        switch InputFormat(head) {
        case .gzip, .zstd:
            guard let stream = InputFormat(head).unpacker else {
                return damage = "there is no memory to unpack it"
            }
            form = .packed(stream, inside: ListDecoder())
        case .utf16:
            form = .utf16(isBigEndian: head[0] == 0xfe || head[0] == 0)
        default: break
        }
    }

    private func markLength(_ head: UnsafeRawBufferPointer) -> Int {
        switch form {
        case .plain: head.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        case .utf16: head.starts(with: [0xff, 0xfe]) || head.starts(with: [0xfe, 0xff]) ? 2 : 0
        default: 0
        }
    }

    private func unpack(
        _ bytes: UnsafeRawBufferPointer,
        _ stream: any Unpacker,
        _ inside: ListDecoder,
        _ isLast: Bool,
        _ take: (UnsafeRawBufferPointer) -> Void
    ) {
        var rest = bytes[...]
        withUnsafeTemporaryAllocation(byteCount: 64 * 1024, alignment: 1) { room in
            while damage == nil {
                let name = type(of: stream).name
                let count: Int
                do {
                    count = try stream.read(into: room) { input in
                        let part = rest.prefix(input.count)
                        input.copyBytes(from: part)
                        rest = rest.dropFirst(part.count)
                        return part.count
                    }
                } catch {
                    let reason = (error as? UnpackingError)?.reason ?? "can't be unpacked"
                    return damage = "the \(name) file \(reason)"
                }
                if count == 0, isLast, !stream.isComplete { damage = "the \(name) file is cut off" }
                let isEnd = count == 0 && isLast && damage == nil
                if count > 0 || isEnd {
                    let part = UnsafeRawBufferPointer(rebasing: room[..<count])
                    inside.decode(part, isLast: isEnd, take)
                    damage = inside.damage
                }
                if case .packed = inside.form { damage = "is packed twice; unpack it first" }
                if count == 0 { return }
            }
        }
    }

    private func widen(
        _ bytes: UnsafeRawBufferPointer,
        _ isBigEndian: Bool,
        _ isLast: Bool,
        _ take: (UnsafeRawBufferPointer) -> Void
    ) {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        func put(_ scalar: UInt32) {
            let scalar = Unicode.Scalar(scalar) ?? "\u{fffd}"
            text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
        for byte in bytes {
            guard let first = held.popLast() else {
                held.append(byte)
                continue
            }
            let (high, low) = isBigEndian ? (first, byte) : (byte, first)
            let unit = UInt16(high) << 8 | UInt16(low)
            if let lead = highSurrogate {
                highSurrogate = nil
                if unit & 0xfc00 == 0xdc00 {
                    put(0x1_0000 + UInt32(lead & 0x3ff) << 10 + UInt32(unit & 0x3ff))
                    continue
                }
                put(0xfffd)
            }
            if unit & 0xfc00 == 0xd800 { highSurrogate = unit } else { put(UInt32(unit)) }
        }
        text.withUnsafeBytes(take)
        if isLast, !held.isEmpty || highSurrogate != nil {
            damage = "the UTF-16 text ends within a character"
        }
    }
}
