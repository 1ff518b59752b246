/// Lays out packets and capture files byte by byte, as their specifications draw them.
///
/// Checksums stay zero: a reader must not mind, since network cards fill them in after the capture.
enum CaptureBuilder {
    /// One side of a connection.
    struct End {
        var address: [UInt8]
        var port: UInt16
    }

    static let client = End(address: [192, 0, 2, 1], port: 50_000)
    static let server = End(address: [198, 51, 100, 7], port: 443)
    static let client6 = End(
        address: [0x20, 1, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [1],
        port: 50_000
    )
    static let server6 = End(
        address: [0x20, 1, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [2],
        port: 443
    )

    // MARK: Packets

    static func tcp(
        _ from: End,
        _ to: End,
        sequence: UInt32,
        acknowledgement: UInt32 = 0,
        flags: UInt8 = 0x10,
        _ payload: [UInt8] = []
    ) -> [UInt8] {
        big(from.port) + big(to.port) + big(sequence) + big(acknowledgement) + [0x50, flags, 0xff, 0xff]
            + [0, 0, 0, 0] + payload
    }

    static func udp(_ from: End, _ to: End, _ payload: [UInt8]) -> [UInt8] {
        big(from.port) + big(to.port) + big(UInt16(payload.count + 8)) + [0, 0] + payload
    }

    /// An IP packet of the version that the addresses have.
    static func ip(_ from: End, _ to: End, proto: UInt8 = 6, _ content: [UInt8], headers: [UInt8] = [])
        -> [UInt8]
    {
        guard from.address.count == 4 else {
            let first = headers.isEmpty ? proto : 0
            return [0x60, 0, 0, 0] + big(UInt16(headers.count + content.count)) + [first, 64] + from.address
                + to.address + headers + content
        }
        return [0x45, 0] + big(UInt16(20 + content.count)) + [0, 1, 0, 0, 64, proto, 0, 0] + from.address
            + to.address + content
    }

    /// An IPv4 fragment; `offset` is a multiple of eight.
    static func fragment(
        _ from: End,
        _ to: End,
        _ content: [UInt8],
        at offset: Int,
        more: Bool,
        id: UInt16 = 7
    ) -> [UInt8] {
        [0x45, 0] + big(UInt16(20 + content.count)) + big(id) + big(UInt16(offset / 8 | (more ? 0x2000 : 0)))
            + [64, 6, 0, 0] + from.address + to.address + content
    }

    static func ethernet(_ content: [UInt8], type: UInt16? = nil) -> [UInt8] {
        [UInt8](repeating: 2, count: 12) + big(type ?? (content[0] >> 4 == 6 ? 0x86dd : 0x0800)) + content
    }

    // MARK: Files

    /// A frame of a file: when, by nanoseconds, its bytes, and how many it had on the wire.
    struct Frame {
        var time: Int64 = 0
        var bytes: [UInt8]
        var length: Int?
        var interface = 0
    }

    static func pcap(
        _ frames: [Frame],
        link: UInt32 = 1,
        isBig: Bool = false,
        isFine: Bool = false
    ) -> [UInt8] {
        func number(_ value: Int) -> [UInt8] { isBig ? big(UInt32(value)) : little(UInt32(value)) }
        var file = number(isFine ? 0xa1b2_3c4d : 0xa1b2_c3d4)
        file += isBig ? [0, 2, 0, 4] : [2, 0, 4, 0]
        file += number(0) + number(0) + number(262_144) + number(Int(link))
        for frame in frames {
            file += number(Int(frame.time / 1_000_000_000))
            file += number(Int(frame.time % 1_000_000_000) / (isFine ? 1 : 1000))
            file += number(frame.bytes.count) + number(frame.length ?? frame.bytes.count) + frame.bytes
        }
        return file
    }

    /// An interface of a pcapng file: its link type, and what its units of time are, as `if_tsresol` writes
    /// it.
    struct Interface {
        var link: UInt16 = 1
        var resolution: UInt8?
        var offset: Int64?

        func units(_ time: Int64) -> UInt64 {
            let time = time - (offset ?? 0) * 1_000_000_000
            guard let resolution else { return UInt64(time / 1000) }
            if resolution & 0x80 != 0 {
                return UInt64(Int128(time) << Int128(resolution & 0x7f) / 1_000_000_000)
            }
            return resolution == 9 ? UInt64(time) : UInt64(time / 1_000_000)
        }
    }

    static func pcapng(_ frames: [Frame], _ interfaces: [Interface] = [Interface()], isBig: Bool = false)
        -> [UInt8]
    {
        func number(_ value: UInt32) -> [UInt8] { isBig ? big(value) : little(value) }
        func short(_ value: UInt16) -> [UInt8] { isBig ? big(value) : big(value.byteSwapped) }
        func option(_ code: UInt16, _ value: [UInt8]) -> [UInt8] {
            short(code) + short(UInt16(value.count)) + padded(value)
        }
        func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
            let count = number(UInt32(body.count + 12))
            return number(type) + count + body + count
        }
        var file = block(
            0x0a0d_0d0a,
            number(0x1a2b_3c4d) + short(1) + short(0) + [UInt8](repeating: 0xff, count: 8)
        )
        for interface in interfaces {
            var body = short(interface.link) + short(0) + number(0)
            if let resolution = interface.resolution { body += option(9, [resolution]) }
            if let offset = interface.offset {
                let (high, low) = (
                    UInt32(truncatingIfNeeded: offset >> 32), UInt32(truncatingIfNeeded: offset)
                )
                body += option(14, isBig ? number(high) + number(low) : number(low) + number(high))
            }
            file += block(1, body + option(0, []))
        }
        // A name resolution block, a custom one and an unknown one: nothing to read.
        file += block(4, option(0, [])) + block(0xbad, [1, 2, 3, 4]) + block(0x8000_0001, [])
        for frame in frames {
            let units = interfaces[frame.interface].units(frame.time)
            file += block(
                6,
                number(UInt32(frame.interface)) + number(UInt32(units >> 32))
                    + number(UInt32(truncatingIfNeeded: units)) + number(UInt32(frame.bytes.count))
                    + number(UInt32(frame.length ?? frame.bytes.count)) + padded(frame.bytes)
            )
        }
        return file
    }

    static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
    }

    static func big(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }
    static func big(_ value: UInt32) -> [UInt8] { big(UInt16(value >> 16)) + big(UInt16(value & 0xffff)) }
    static func little(_ value: UInt32) -> [UInt8] { big(value).reversed() }
}
