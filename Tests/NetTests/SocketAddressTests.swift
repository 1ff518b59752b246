import Glibc
import Testing
import Wire

@testable import Net

@Suite struct SocketAddressTests {
    @Test(arguments: [
        ("127.0.0.1", [127, 0, 0, 1]), ("255.0.10.9", [255, 0, 10, 9]),
        ("::1", [UInt8](repeating: 0, count: 15) + [1]),
        ("2001:db8::ff00:42:8329", [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0x42, 0x83, 0x29]),
    ])
    func textBytesAndNumberAgree(text: String, bytes: [UInt8]) throws {
        let fromText = try #require(SocketAddress(text, port: 443))
        let read = IPAddress(bytes: bytes.span)
        #expect(fromText == SocketAddress(try #require(read), port: 443))
        #expect(fromText.host == text)
        #expect(fromText.isIPv6 == (bytes.count == 16))
        // The C structure holds what the system's own reader makes of the text.
        fromText.withSockaddr { address in
            var (host, service) = ([CChar](repeating: 0, count: 64), [CChar](repeating: 0, count: 16))
            let length = bytes.count == 16 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
            let flags = NI_NUMERICHOST | NI_NUMERICSERV
            #expect(getnameinfo(address, socklen_t(length), &host, 64, &service, 16, flags) == 0)
            #expect(host.withUnsafeBufferPointer { String(cString: $0.baseAddress!) } == text)
            #expect(service.withUnsafeBufferPointer { String(cString: $0.baseAddress!) } == "443")
        }
    }

    @Test(arguments: ["", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "fe80::1%lo", "[::1]", "1.2.3.4 "])
    func anythingElseIsNoAddress(text: String) {
        #expect(SocketAddress(text) == nil)
    }

    @Test func errorsNameThemselves() {
        #expect(UVError.refused.name == "ECONNREFUSED")
        #expect(UVError.refused.description == "connection refused")
        #expect(UVError(code: -99999).name.contains("-99999"))
    }
}
