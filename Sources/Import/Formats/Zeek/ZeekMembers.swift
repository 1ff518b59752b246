import Glibc

/// Which column the members of a line of JSON are.
///
/// Zeek writes its members in the same order each time: the name that stood at the same place in the line
/// before is tried first.
struct ZeekMembers {
    private struct Member {
        let name: Range<Int>
        let column: ZeekColumn?
    }

    /// By place in the line.
    private var members: [Member] = []
    /// Their names, one behind the other: what is looked at for every member holds no reference of its own.
    private var names: [UInt8] = []

    private static let mostMembers = 256
    private static let mostBytes = 64 * 1024

    /// The column of a member at a place in its line; nil for one that is not read.
    mutating func column(_ name: UnsafeRawBufferPointer, at place: Int) -> ZeekColumn? {
        if place < members.count, isSame(members[place].name, name) { return members[place].column }
        let bytes = Array(name)
        let column = ZeekColumn.named[bytes]
        // Lines that never look alike don't make it grow.
        if names.count + bytes.count > Self.mostBytes {
            names.removeAll(keepingCapacity: true)
            members.removeAll(keepingCapacity: true)
        }
        let member = Member(name: names.count..<names.count + bytes.count, column: column)
        if place < members.count {
            members[place] = member
        } else if place == members.count, place < Self.mostMembers {
            members.append(member)
        } else {
            return column
        }
        names += bytes
        return column
    }

    private func isSame(_ range: Range<Int>, _ name: UnsafeRawBufferPointer) -> Bool {
        guard range.count == name.count else { return false }
        return names.withUnsafeBytes { names in
            guard let one = names.baseAddress, let other = name.baseAddress else { return true }
            return memcmp(one + range.lowerBound, other, name.count) == 0
        }
    }
}
