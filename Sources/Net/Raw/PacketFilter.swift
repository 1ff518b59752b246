/// A program of the classic Berkeley packet filter, which the kernel runs before a socket takes a packet.
///
/// A raw socket of IPv4 sees packets from their IP header on, one of IPv6 from behind it.
package struct PacketFilter: Sendable {
    /// `struct sock_filter` of linux/filter.h.
    struct Instruction {
        var code: UInt16
        var ifTrue: UInt8 = 0
        var ifFalse: UInt8 = 0
        var operand: UInt32
    }

    let instructions: [Instruction]

    /// Answers to SYNs that were sent from `port`: SYN-ACKs and resets.
    package static func answers(toPort port: UInt16, isIPv6: Bool) -> PacketFilter {
        let segment = Segment(isIPv6: isIPv6)
        return PacketFilter(
            instructions: segment.begin + [
                segment.half(at: 2),
                Instruction(code: jumpIfEqual, ifTrue: 0, ifFalse: 5, operand: UInt32(port)),
                segment.byte(at: 13),
                Instruction(code: jumpIfAnySet, ifTrue: 2, ifFalse: 0, operand: 0x04),
                Instruction(code: and, operand: 0x12),
                Instruction(code: jumpIfEqual, ifTrue: 0, ifFalse: 1, operand: 0x12),
                accept, refuse,
            ]
        )
    }

    /// ICMP's messages that a destination can't be reached.
    package static func unreachable(isIPv6: Bool) -> PacketFilter {
        let segment = Segment(isIPv6: isIPv6)
        return PacketFilter(
            instructions: segment.begin + [
                segment.byte(at: 0),
                Instruction(code: jumpIfEqual, ifTrue: 0, ifFalse: 1, operand: isIPv6 ? 1 : 3),
                accept, refuse,
            ]
        )
    }

    private static let jumpIfEqual: UInt16 = 0x15
    private static let jumpIfAnySet: UInt16 = 0x45
    private static let and: UInt16 = 0x54
    private static let accept = Instruction(code: 0x06, operand: .max)
    private static let refuse = Instruction(code: 0x06, operand: 0)

    /// How what is behind the IP header is read.
    private struct Segment {
        let isIPv6: Bool

        /// Puts the length of the IPv4 header into the index register.
        var begin: [Instruction] { isIPv6 ? [] : [Instruction(code: 0xb1, operand: 0)] }

        func half(at place: UInt32) -> Instruction { Instruction(code: isIPv6 ? 0x28 : 0x48, operand: place) }
        func byte(at place: UInt32) -> Instruction { Instruction(code: isIPv6 ? 0x30 : 0x50, operand: place) }
    }
}
