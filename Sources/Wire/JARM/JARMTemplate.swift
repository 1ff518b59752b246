import Bytes

/// A hello of JARM, laid out once: between endpoints only random bytes, GREASE values and the name differ.
struct JARMTemplate: Sendable {
    /// The whole record for an empty name, with zeros where random bytes and GREASE values go.
    private(set) var bytes: [UInt8] = []
    /// Where the name goes in, and the two-byte lengths before it that grow with it.
    private var namePlace = 0
    private var lengths: [Int] = []
    /// Where 32 random bytes go: client random, session id, key share; behind the name the places are those
    /// of an empty one.
    private var randoms: [Int] = []
    /// Where a GREASE value goes, in the order in which the values are drawn.
    private var greases: [Int] = []

    /// A longer name would make the hello longer than a record may be (RFC 8446, section 5.1); no host has
    /// one.
    static let longestName = 0x3000

    init(_ hello: JARMHello) {
        bytes += [22] + Self.u16(hello.recordVersion)
        vector { template in
            // The first byte of the message's three of length stays zero.
            template.bytes += [1, 0]
            template.vector { $0.append(hello) }
        }
    }

    /// Writes the hello in place of what `output` holds.
    ///
    /// - Parameters:
    ///   - name: sent as host_name whatever it is; cut at `longestName`.
    ///   - random: `JARMHello.randomCount` bytes.
    func write(name: Span<UInt8>, random: Span<UInt8>, into output: inout [UInt8]) {
        let name = name.extracting(..<min(name.count, Self.longestName))
        output.removeAll(keepingCapacity: true)
        output.append(bytes.span.extracting(..<namePlace))
        output.append(name)
        output.append(bytes.span.extracting(namePlace...))
        for place in lengths {
            let length = Int(output[place]) << 8 + Int(output[place + 1]) + name.count
            output[place] = UInt8(truncatingIfNeeded: length >> 8)
            output[place + 1] = UInt8(truncatingIfNeeded: length)
        }
        for (number, start) in randoms.enumerated() {
            let place = start < namePlace ? start : start + name.count
            for index in 0..<32 { output[place + index] = random[32 * number + index] }
            // The key share: no real key has this bit.
            if number == 2 { output[place + 31] &= 0x7f }
        }
        for (number, start) in greases.enumerated() {
            let place = start < namePlace ? start : start + name.count
            let value = random[96 + number] & 0xf0 | 0x0a
            output[place] = value
            output[place + 1] = value
        }
    }
}

/// The layout, in the order of the record.
extension JARMTemplate {
    private mutating func append(_ hello: JARMHello) {
        bytes += Self.u16(hello.helloVersion)
        appendRandom()
        bytes.append(32)
        appendRandom()
        vector { template in
            if hello.hasGREASE { template.appendGREASE() }
            template.bytes += hello.suites.flatMap(Self.u16)
        }
        bytes += [1, 0]
        vector { $0.appendExtensions(hello) }
    }

    private mutating func appendExtensions(_ hello: JARMHello) {
        if hello.hasGREASE {
            appendGREASE()
            bytes += [0, 0]
        }
        bytes += [0, 0]
        vector { template in
            template.vector { template in
                template.bytes.append(0)
                template.vector { $0.namePlace = $0.bytes.count }
            }
        }
        bytes += [0, 0x17, 0, 0, 0, 1, 0, 1, 1, 0xff, 1, 0, 1, 0]
        bytes += [
            0, 0x0a, 0, 0x0a, 0, 8, 0, 0x1d, 0, 0x17, 0, 0x18, 0, 0x19, 0, 0x0b, 0, 2, 1, 0, 0, 0x23, 0, 0,
        ]
        bytes += [0, 0x10]
        vector { $0.vector { $0.appendProtocols(hello) } }
        bytes += [0, 0x0d, 0, 0x14, 0, 0x12, 4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1, 8, 6, 6, 1, 2, 1]
        bytes += [0, 0x33]
        vector { template in
            template.vector { template in
                if hello.hasGREASE {
                    template.appendGREASE()
                    template.bytes += [0, 1, 0]
                }
                template.bytes += [0, 0x1d, 0, 0x20]
                template.appendRandom()
            }
        }
        bytes += [0, 0x2d, 0, 2, 1, 1]
        if hello.versions != .none { appendVersions(hello) }
    }

    private mutating func appendProtocols(_ hello: JARMHello) {
        for name in hello.protocols { bytes += [UInt8(name.utf8.count)] + name.utf8 }
    }

    private mutating func appendVersions(_ hello: JARMHello) {
        var offered: [UInt16] = [0x0301, 0x0302, 0x0303] + (hello.versions == .upTo13 ? [0x0304] : [])
        if hello.isReversed { offered.reverse() }
        bytes += [0, 0x2b]
        vector { template in
            template.bytes.append(UInt8(2 * (offered.count + (hello.hasGREASE ? 1 : 0))))
            if hello.hasGREASE { template.appendGREASE() }
            template.bytes += offered.flatMap(Self.u16)
        }
    }

    /// What `body` appends, with its length in two bytes before it.
    private mutating func vector(_ body: (inout JARMTemplate) -> Void) {
        let place = bytes.count
        let named = namePlace
        bytes += [0, 0]
        body(&self)
        let length = bytes.count - place - 2
        bytes[place] = UInt8(truncatingIfNeeded: length >> 8)
        bytes[place + 1] = UInt8(truncatingIfNeeded: length)
        if namePlace != named { lengths.append(place) }
    }

    private mutating func appendRandom() {
        randoms.append(bytes.count)
        bytes += [UInt8](repeating: 0, count: 32)
    }

    private mutating func appendGREASE() {
        greases.append(bytes.count)
        bytes += [0, 0]
    }

    private static func u16(_ value: UInt16) -> [UInt8] {
        [UInt8(value >> 8), UInt8(value & 0xff)]
    }
}
