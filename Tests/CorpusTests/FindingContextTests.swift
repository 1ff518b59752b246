import Bytes
import Foundation
import Inventory
import TestSupport
import Testing

/// What the context of a record adds to its findings.
@Suite struct FindingContextTests {
    private static let inventory = """
        kind,address,certificates
        asset,192.0.2.20,\(SampleRecord.hash(2, 1))
        asset,192.0.2.30,
        owned,203.0.113.0/24,
        """

    private func findings(
        _ record: SampleRecord,
        _ context: String,
        authorised: [String] = []
    ) throws -> [Finding] {
        let rows = try CSVReader.rows(Array(Self.inventory.utf8), file: "i.csv")
        var index = InventoryIndex(try Inventory(rows, file: "i.csv"))
        index.authorised = Set(authorised.compactMap { Digest256($0) })
        let engine = FindingEngine(index)
        let line = record.line.replacing(
            "\"hallmark\":{",
            with: "\"hallmark\":{\"context\":{\(context)},",
            maxReplacements: 1
        )
        #expect(line != record.line)
        return engine.findings(in: Array(line.utf8))
    }

    private static let elsewhere = #""names":{"points":"elsewhere","addresses":["198.51.100.7"]}"#

    /// At an address of ours a certificate of ours is misplaced at most; a stranger has it from a thief.
    @Test func aCertificateOfOursAtAnAddressOfOursIsNoTheft() throws {
        func names(_ ip: String, port: Int = 443) throws -> Set<Finding.Name> {
            Set(try findings(SampleRecord(ip: ip, port: port, certificate: 2), Self.elsewhere).map(\.name))
                .intersection([.certificateElsewhere, .namesPointElsewhere])
        }
        #expect(try names("198.51.100.66") == [.certificateElsewhere])
        for ip in ["192.0.2.20", "192.0.2.30", "203.0.113.9"] {
            #expect(try names(ip) == [.namesPointElsewhere], "\(ip)")
        }
    }

    /// What was ordered is ours, though no asset is named for it.
    @Test func aCertificateThatIsOursByItselfCountsAsOurs() throws {
        let record = SampleRecord(ip: "198.51.100.66", certificate: 7)
        func names(_ authorised: [String], _ context: String = Self.elsewhere) throws -> [String] {
            try findings(record, context, authorised: authorised).map { "\($0.name.rawValue) \($0.severity)" }
        }
        for digest in [record.sha256, record.spki, record.tbs] {
            #expect(
                try names([digest]) == ["misplaced_certificate medium", "certificate_elsewhere critical"]
            )
        }
        #expect(try names([SampleRecord.hash(8, 1)]).isEmpty)
        #expect(try names([record.tbs], #""names":{"points":"here"}"#) == ["misplaced_certificate medium"])
        var own = record
        own.ip = "192.0.2.30"
        #expect(
            try findings(own, Self.elsewhere, authorised: [record.tbs]).map(\.name)
                == [.authorized, .namesPointElsewhere]
        )
    }

    /// Of a day to come, or of one after the record, nobody can say that it is still shown.
    @Test func aLaterRevocationIsToldAsOne() throws {
        func message(_ day: String) throws -> String? {
            try findings(
                SampleRecord(certificate: 9),
                #""revocation":{"status":"revoked","revoked_at":"\#(day)"}"#
            ).first { $0.name == .revoked }?.message
        }
        #expect(
            try message("2026-10-20T00:00:00Z")
                == "The certificate is revoked since 2026-10-20T00:00:00Z, and is still shown."
        )
        #expect(
            try message("2026-11-06T00:00:00Z")
                == "The certificate is revoked from 2026-11-06T00:00:00Z on, which is after it was seen here."
        )
    }
}
