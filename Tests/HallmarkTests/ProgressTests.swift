import Testing

@testable import hallmark

/// What long work tells on a terminal.
@Suite struct ProgressTests {
    @Test(arguments: [
        (500_000_000, 2_000_000_000 as Int?, 5.0, "500 MB of 2,000 MB (25%), 100 MB/s, 0:16 left"),
        (500_000_000, nil, 5.0, "500 MB, 100 MB/s"),
        // A file that is read a second time.
        (30_000_000, 20_000_000, 1.0, "30 MB of 20 MB (100%), 30 MB/s"),
        (0, 20_000_000, 0.0, "0 MB of 20 MB (0%), 0 MB/s"),
        (0, 0, 2.0, "0 MB, 0 MB/s"),
    ])
    func readingTellsHowFarItIs(done: Int, total: Int?, seconds: Double, text: String) {
        #expect(ReadingProgress.text(done: done, total: total, seconds: seconds) == text)
    }
}
