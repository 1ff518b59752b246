import Bytes
import Observations
import TestSupport
import Testing
import Wire

/// Values from Python's `mmh3` 5.3.1 and from public lists of hashes of known answers.
@Suite struct HashTests {
    @Test(arguments: [
        ("", 0), ("a", 1_009_084_850), ("ab", -1_681_926_305), ("abc", -1_277_324_294),
        ("hello", 613_153_351),
        ("The quick brown fox jumps over the lazy dog", 776_992_547),
        // The 14 bytes of Brute Ratel's listener, under its published html_hash.
        ("Page not found", 182_674_321),
    ])
    func murmurHash(_ text: String, _ hash: Int32) {
        #expect(MurmurHash3.hash(Array(text.utf8).span) == hash)
    }

    @Test func murmurHashOfAllBytesWithSeed() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(MurmurHash3.hash(bytes.span) == -469_103_018)
        #expect(MurmurHash3.hash(bytes.span, seed: 0x9747_b28c) == -1_487_338_233)
    }

    /// Sizes around a line of base64, against Python's own base64.
    @Test(arguments: [1, 56, 57, 58, 113, 114, 115, 1000, 16384])
    func iconText(_ size: Int) throws {
        let icon = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let text = try check(
            "python3",
            [
                "-c",
                "import base64,sys; sys.stdout.buffer.write(base64.encodebytes(sys.stdin.buffer.read()))",
            ],
            input: icon
        ).output
        #expect(MurmurHash3.icon(icon.span) == MurmurHash3.hash(text.span))
    }

    /// `mmh3.hash(base64.encodebytes(bytes(range(256)) * 4))`.
    @Test func iconHash() {
        let icon = (0..<1024).map { UInt8(truncatingIfNeeded: $0) }
        #expect(MurmurHash3.icon(icon.span) == -1082603952)
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK", ["Date", "Content-Length", "Content-Type"], 144_518_609),
        ("HTTP/1.1 200 OK", ["Content-Type", "Content-Length"], 1_955_818_171),
        (
            "HTTP/1.1 301 Moved Permanently",
            [
                "Server", "Content-Type", "Date", "Location", "Cache-Control", "Content-Length",
                "Content-Encoding",
            ], 1_538_445_002
        ),
    ])
    func headersHash(_ line: String, _ names: [String], _ hash: Int32) {
        let text = HeadersHash.text(statusLine: Array(line.utf8), HTTPHeaders(names.map { ($0, "x") }))
        #expect(MurmurHash3.hash(text.span) == hash)
    }

    /// The example in the documentation of `hhhash.hash_from_banner`.
    @Test func headerOrderHash() throws {
        let names = [
            "Content-Type", "Content-Security-Policy-Report-Only", "P3P", "Date", "Server",
            "X-XSS-Protection",
            "X-Frame-Options", "Transfer-Encoding", "Expires", "Cache-Control", "Set-Cookie", "Set-Cookie",
            "Set-Cookie", "Alt-Svc",
        ]
        let digest = BodyDigest.sha256(HHHash.text(HTTPHeaders(names.map { ($0, "") })).span)
        let hex = try check("python3", ["-c", "print(bytes(\(digest)).hex(), end='')"]).text
        #expect(hex == "d9576f3e7a381562f7d18a514ab095fa8699e96891d346d0042f83e942373215")
    }

    @Test(arguments: ["sha256sum", "sha1sum", "md5sum"])
    func digests(_ tool: String) throws {
        let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let digest =
            switch tool {
            case "sha256sum": BodyDigest.sha256(bytes.span)
            case "sha1sum": BodyDigest.sha1(bytes.span)
            default: BodyDigest.md5(bytes.span)
            }
        let hex = digest.map { String(UInt16($0) | 0x100, radix: 16).dropFirst() }.joined()
        #expect(try check(tool, [], input: bytes).text.hasPrefix(hex))
    }
}
