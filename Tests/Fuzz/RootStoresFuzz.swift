import Foundation
import RootStores

/// Trust stores of all kinds that are read out of memory, and lists of what is expected.
func fuzzRootStore(_ bytes: [UInt8]) {
    let store = StoreReader.read(bytes, called: "fuzz")
    precondition(
        !store.roots.isEmpty || !store.faults.isEmpty || !store.remarks.isEmpty,
        "silence about a store"
    )
    for root in store.roots.prefix(4) {
        let facts = RootFacts(root.der)
        _ = facts.observation(in: store, root, at: 0)
    }
    _ = MicrosoftList(bytes)
}

/// A keystore, a property list and a text of the registry around something that begins like a certificate.
func rootStoreSeeds() -> [[UInt8]] {
    let certificate: [UInt8] = [0x30, 0x03, 0xa0, 0x01, 0x00]
    let java =
        [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0x61]
        + [UInt8](repeating: 0, count: 8)
        + [0, 5] + Array("X.509".utf8) + [0, 0, 0, 5] + certificate + [UInt8](repeating: 0, count: 20)
    let blob = [32, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0] + certificate
    let text =
        "REGEDIT4\n[X\\ROOT\\Certificates\\A]\n\"Blob\"=hex:20,00,00,00,01,00,00,00,01,00,00,00,\\\n  30\n"
    let objects =
        "[p11-kit-object-v1]\ntrusted: true\n-----BEGIN CERTIFICATE-----\nMAOgAQA=\n-----END CERTIFICATE-----\n"
    return [java, blob, Array(text.utf8), Array(objects.utf8), [0, 0, 0, 0] + Array("CERT".utf8) + blob]
}
