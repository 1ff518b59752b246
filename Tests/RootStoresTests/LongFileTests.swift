import RootStores
import Testing

/// Files of many megabytes are looked through for what they might hold, and that takes no time.
struct LongFileTests {
    @Test(.timeLimit(.minutes(10)))
    func aLongFileOfSomethingElse() {
        let store = StoreReader.read([UInt8](repeating: 0x78, count: 32 << 20), called: "x")
        #expect(store.faults.count == 1)
    }
}
