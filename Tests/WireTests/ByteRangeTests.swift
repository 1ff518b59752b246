import Bytes
import Testing
import Wire

@Suite struct ByteRangeTests {
    @Test func integersAreBigEndian() {
        let bytes: [UInt8] = [0, 1, 2, 3]
        #expect(bytes.span.u16(1) == 0x0102)
        #expect(bytes.span.u24(1) == 0x010203)
    }

    @Test func noneIsEmpty() {
        #expect(ByteRange.none.isEmpty)
        #expect(ByteRange(2, 5).count == 3)
    }
}
