import Bytes
import Foundation
import Observations
import TestSupport
import Testing
import Wire

/// What is remembered of a chain is what reading it again gives.
@Suite struct ChainCacheTests {
    private static func chain(_ certificates: [[UInt8]]) -> CertificateChain {
        var chain = CertificateChain(maximumCount: 1000, maximumBytes: 1 << 20)
        for certificate in certificates { chain.append(certificate.span) }
        return chain
    }

    /// Both parts of the record and what is asked of the leaf, read without a memory.
    private func fresh(_ chain: CertificateChain) -> (text: String, leaf: String) {
        var encoder = CertificateEncoder()
        encoder.read(chain.bytes.span, chain.ranges.span)
        var out = ByteBuffer()
        out.append("{\"tls\":{\"server\":{\"first\":1")
        encoder.writeServer(to: &out)
        out.append("}},\"hallmark\":{")
        encoder.writeCertificate(to: &out)
        out.append("}}")
        return (text(out), encoder.hasLeaf ? "\(LeafSummary(encoder))" : "nil")
    }

    private func remembered(_ chain: CertificateChain, _ cache: inout ChainCache) -> (
        text: String, leaf: String
    ) {
        cache.read(chain)
        var out = ByteBuffer()
        out.append("{\"tls\":{\"server\":{\"first\":1")
        if cache.hasLeaf { cache.writeServer(to: &out) }
        out.append("}},\"hallmark\":{")
        cache.writeCertificate(to: &out)
        out.append("}}")
        return (text(out), cache.leaf.map { "\($0)" } ?? "nil")
    }

    private func text(_ out: borrowing ByteBuffer) -> String {
        out.withSpan { span in span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }
    }

    private static func seeds() throws -> [[UInt8]] {
        try ["rich", "bmp", "ed", "explicit"].map {
            let path = projectFolder + "/Tests/Fuzz/Seeds/certificate-\($0).der"
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        }
    }

    @Test func everyChainIsWrittenAsIfItWereNew() throws {
        let samples = CertificateRelationSamples.all.flatMap { [$0.match.der, $0.nearMiss.der] }
        let leaves = try Self.seeds() + samples + [Array("no DER".utf8), []]
        var chains = leaves.map { Self.chain([$0]) }
        chains += leaves.map { Self.chain([$0, leaves[0], leaves[1]]) }
        chains.append(Self.chain([]))
        var cache = ChainCache()
        for chain in chains {
            // Twice to be remembered, twice from memory, with another that takes nothing away.
            for _ in 0..<4 {
                let (record, leaf) = remembered(chain, &cache)
                let expected = fresh(chain)
                #expect(record == expected.text)
                #expect(leaf == expected.leaf)
                #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(record.utf8)) }
                _ = remembered(Self.chain([]), &cache)
            }
        }
        #expect(cache.hits >= 2 * Set(chains.map(\.bytes)).count - 2)
    }

    @Test func isRememberedFromTheSecondTimeOn() throws {
        let chain = Self.chain([HandMadeCertificate().der])
        var cache = ChainCache()
        let hits = (0..<4).map { _ in
            cache.read(chain)
            return cache.hits
        }
        #expect(hits == [0, 0, 1, 2])
    }

    /// The same leaf with other certificates after it, or the same bytes cut otherwise, is another chain.
    @Test func theWholeChainIsCompared() throws {
        let seeds = try Self.seeds()
        let joined = seeds[0] + seeds[1]
        let chains = [
            [seeds[0]], [seeds[0], seeds[1]], [seeds[0], seeds[2]], [joined], [seeds[0], seeds[1], []],
        ].map(Self.chain)
        var cache = ChainCache()
        for first in chains {
            for second in chains where second != first {
                for _ in 0..<3 { cache.read(first) }
                #expect(remembered(second, &cache).text == fresh(second).text)
            }
        }
    }

    @Test func manyCertificatesShareFewPlaces() throws {
        var cache = ChainCache()
        for round in 0..<3 {
            for serial in 0..<600 {
                var certificate = HandMadeCertificate()
                certificate.serial = DER.integer([1, UInt8(serial >> 8), UInt8(serial & 255)])
                let chain = Self.chain([certificate.der])
                let record = remembered(chain, &cache).text
                if serial % 50 == round { #expect(record == fresh(chain).text) }
            }
        }
        // Each place has gone from one to another, so that hardly any was met twice in a row.
        #expect(cache.hits < 100)
    }

    /// What would take much room is read each time.
    @Test func largeChainsAreNotKept() throws {
        var certificate = HandMadeCertificate()
        certificate.tail = [UInt8](repeating: 0, count: 40_000)
        let chain = Self.chain([certificate.der])
        var cache = ChainCache()
        for _ in 0..<4 { #expect(remembered(chain, &cache).text == fresh(chain).text) }
        #expect(cache.hits == 0)
    }
}
