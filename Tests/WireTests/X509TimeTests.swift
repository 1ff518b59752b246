import Foundation
import TestSupport
import Testing
import Wire

/// Times of a certificate's validity, held against Foundation's calendar.
@Suite struct X509TimeTests {
    @Test(arguments: [
        (DER.utcTime("260102030405Z"), 2026, "2026-01-02T03:04:05Z"),
        (DER.utcTime("491231235959Z"), 2049, "2049-12-31T23:59:59Z"),
        (DER.utcTime("500101000000Z"), 1950, "1950-01-01T00:00:00Z"),
        (DER.utcTime("2601020304Z"), 2026, "2026-01-02T03:04:00Z"),
        (DER.utcTime("260102030405+0130"), 2026, "2026-01-02T01:34:05Z"),
        (DER.utcTime("991231230000-0200"), 2000, "2000-01-01T01:00:00Z"),
        (DER.generalizedTime("20500101000000Z"), 2050, "2050-01-01T00:00:00Z"),
        (DER.generalizedTime("99991231235959Z"), 9999, "9999-12-31T23:59:59Z"),
        (DER.generalizedTime("20240229120000Z"), 2024, "2024-02-29T12:00:00Z"),
        (DER.generalizedTime("20260101000000.123Z"), 2026, "2026-01-01T00:00:00Z"),
        (DER.generalizedTime("20260101000000"), 2026, "2026-01-01T00:00:00Z"),
        (DER.generalizedTime("202601010000Z"), 2026, "2026-01-01T00:00:00Z"),
    ])
    func isRead(_ element: [UInt8], _ year: Int, _ text: String) throws {
        let time = try #require(notBefore(element))
        #expect(time.year == year)
        let date = try Date(text, strategy: .iso8601)
        #expect(Double(time.seconds) == date.timeIntervalSince1970)
    }

    /// Foundation has the Julian calendar there; the number is that of Python's `datetime.min` and of Go's
    /// zero time.
    @Test func firstYearIsProleptic() throws {
        let time = try #require(notBefore(DER.generalizedTime("00010101000000Z")))
        #expect(time.year == 1)
        #expect(time.seconds == -62_135_596_800)
    }

    @Test(arguments: [
        DER.utcTime(""), DER.utcTime("2"), DER.utcTime("261301000000Z"), DER.utcTime("260100000000Z"),
        DER.utcTime("260229000000Z"), DER.utcTime("260101240000Z"), DER.utcTime("260101006000Z"),
        DER.utcTime("260101000061Z"), DER.utcTime("260101000000ZZ"), DER.utcTime("260101000000+9900"),
        DER.utcTime("26010100000aZ"), DER.generalizedTime("20230229000000Z"),
        DER.generalizedTime("-0010101000000Z"),
        DER.generalizedTime("99991231235959-0100"), DER.printable("260101000000Z"),
    ])
    func isNoTime(_ element: [UInt8]) {
        #expect(notBefore(element) == nil)
    }

    @Test func everyDayIsThere() throws {
        // Each day for 400 years and a bit, as Foundation counts them.
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        for day in stride(from: -30_000, to: 146_097, by: 13) {
            let parts = calendar.dateComponents(
                [.year, .month, .day],
                from: Date(timeIntervalSince1970: Double(day) * 86_400)
            )
            let time = try #require(CertificateTime(seconds: day * 86_400))
            #expect(time.year == parts.year && time.month == parts.month && time.day == parts.day)
            #expect(time.seconds == day * 86_400)
        }
    }

    @Test func calendarYears() throws {
        let start = try #require(CertificateTime(2026, 11, 22, 1, 2, 3))
        #expect(start.calendarYears(to: try #require(CertificateTime(2036, 11, 22, 1, 2, 3))) == 10)
        #expect(start.calendarYears(to: try #require(CertificateTime(2036, 11, 22, 1, 2, 4))) == nil)
        #expect(start.calendarYears(to: start) == nil)
    }

    private func notBefore(_ element: [UInt8]) -> CertificateTime? {
        var certificate = HandMadeCertificate()
        certificate.validity = DER.sequence(element, DER.utcTime("270101000000Z"))
        var index = CertificateIndex()
        _ = index.read(certificate.der.span)
        return index.notBefore
    }
}
