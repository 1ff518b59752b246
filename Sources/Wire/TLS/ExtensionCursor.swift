import Bytes

/// Something that is not encoded as its RFC says, in a message of this type.
package struct MalformedMessage: Error, Equatable {
    package let type: UInt8
}

/// Walks over the extensions in a part of a message.
struct ExtensionCursor {
    private var place: Int
    private let end: Int

    /// - Parameter range: the extensions without the length in front of them, inside the message.
    init(_ range: Range<Int>) {
        place = range.lowerBound
        end = range.upperBound
    }

    /// The next extension's type and where its value lies; nil at the end.
    mutating func next(_ message: Span<UInt8>) throws(MalformedMessage) -> (type: UInt16, value: Range<Int>)?
    {
        guard place < end else { return nil }
        guard place + 4 <= end else { throw MalformedMessage(type: message[0]) }
        let start = place + 4
        let count = message.u16(place + 2)
        guard start + count <= end else { throw MalformedMessage(type: message[0]) }
        defer { place = start + count }
        return (UInt16(message.u16(place)), start..<start + count)
    }
}

extension ExtensionList {
    /// Adds an extension and keeps its value when that tells about the stack.
    mutating func append(
        _ item: (type: UInt16, value: Range<Int>),
        of message: Span<UInt8>,
        values: inout [UInt8]
    ) {
        guard items.count < Self.maximumCount else {
            dropped += 1
            return
        }
        let count = min(item.value.count, Self.keptBytes(item.type))
        var kept = ByteRange.none
        if count > 0, item.value.count <= Self.longestValue || count == 2,
            count <= ServerFlight.maximumValues - values.count
        {
            let start = values.count
            values.append(message.extracting(item.value.lowerBound..<item.value.lowerBound + count))
            kept = ByteRange(start, values.count)
        } else if count > 0 {
            droppedValues += 1
        }
        items.append(Item(type: item.type, length: UInt16(item.value.count), value: kept))
    }

    /// Longer values are not kept.
    private static let longestValue = 256

    /// How much of a value depends on the stack alone.
    private static func keptBytes(_ type: UInt16) -> Int {
        switch type {
        case 1, 7, 8, 9, 10, 11, 13, 15, 16, 19, 20, 24, 27, 28, 43, 45, 47, 50: longestValue
        case 51: 2
        default: 0
        }
    }
}
