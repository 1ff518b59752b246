import Glibc
import TestSupport
import Testing

@testable import Fleet

/// What a scan hears of its worker.
@Suite struct ScanOrdersTests {
    /// Both ends of a line between a worker and a scan.
    private final class Line {
        private(set) var worker: CInt
        let scan: CInt

        init() {
            var pair: [CInt] = [-1, -1]
            _ = socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair)
            (worker, scan) = (pair[0], pair[1])
        }

        deinit {
            hangUp()
            close(scan)
        }

        func send(_ bytes: [UInt8]) { _ = Glibc.send(worker, bytes, bytes.count, CInt(MSG_NOSIGNAL)) }

        func hangUp() {
            if worker >= 0 { close(worker) }
            worker = -1
        }
    }

    @Test func ordersAreReadAsTheyWereSent() throws {
        let line = Line()
        let orders = ScanOrders(words: ["scan", "--header=Authorization: secret", "-"], refusesSpecial: true)
        line.send(try orders.message())
        #expect(try ScanOrders.read(from: line.scan) == orders)
    }

    @Test(arguments: [
        [], [1, 2, 3], [UInt8](repeating: 0xff, count: 8), [0, 0, 0, 0, 0, 0, 0, 2, 0x7b, 0x7d],
    ])
    func whatIsNoOrderIsAnError(_ bytes: [UInt8]) {
        let line = Line()
        line.send(bytes)
        line.hangUp()
        #expect(throws: FleetError.self) { try ScanOrders.read(from: line.scan) }
    }

    /// A worker that stands still says nothing, and hangs nothing up.
    @Test func itEndsWhenItsTimeIsOver() {
        let line = Line()
        let start = ContinuousClock.now
        line.send(ScanOrders.deadline(after: .seconds(30)) + ScanOrders.deadline(after: .milliseconds(500)))
        ScanOrders.waitForEnd(line.scan)
        #expect(.now - start >= .milliseconds(500))
        // However late it is read.
        line.send(ScanOrders.deadline(after: .seconds(-1)))
        ScanOrders.waitForEnd(line.scan)
    }

    @Test func itEndsWithItsWorker() {
        let line = Line()
        line.send(ScanOrders.deadline(after: .seconds(3600)))
        line.hangUp()
        ScanOrders.waitForEnd(line.scan)
    }

    /// Orders of any length come whole, and stand nowhere among the arguments.
    @Test func aProgramReadsItsOrders() throws {
        let text = [UInt8](repeating: 0x61, count: 3 << 20)
        let words = ["-c", "head -c \(text.count) | wc -c"]
        let child = try ChildProcess("/bin/sh", words, environment: [], orders: text)
        var buffer = [UInt8](repeating: 0, count: 64)
        let reading = buffer.withUnsafeMutableBytes { child.read(into: $0, milliseconds: 60_000) }
        let said = String(decoding: buffer.prefix { $0 != 0x0a }, as: UTF8.self)
        #expect(said == "\(text.count)" && reading == .some(said.utf8.count + 1) && child.wait() == 0)
        // Nobody is there to hear it.
        child.allow(.seconds(1))
        child.stop()
    }

    @Test func aProgramThatTakesNoOrdersIsAnError() {
        let text = [UInt8](repeating: 0x61, count: 8 << 20)
        #expect(throws: (any Error).self) {
            try ChildProcess("/bin/true", [], environment: [], orders: text)
        }
    }
}
