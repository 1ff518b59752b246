import Foundation
import Testing

/// The project's folder.
package let projectFolder: String = {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { url.deleteLastPathComponent() }
    return url.path
}()

/// Compares text with a file of the project.
///
/// With `RECORD_SNAPSHOTS=1` the file is written instead, and the test fails, so that nobody records
/// by accident.
///
/// - Parameters:
///   - path: below the project's folder.
///   - mark: the text in the file behind which the snapshot stands; nil for the whole file.
///   - end: the text before which it ends; nil when the rest of the file is the snapshot.
package func snapshot(
    _ text: String,
    at path: String,
    after mark: String? = nil,
    before end: String? = nil
) throws {
    let url = URL(fileURLWithPath: projectFolder + "/" + path)
    let old = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    var (head, tail) = ("", "")
    if let mark {
        let start = try #require(old.range(of: mark)?.upperBound, "\(path) lacks its mark")
        head = String(old[..<start])
    }
    if let end {
        let start = try #require(old.range(of: end)?.lowerBound, "\(path) lacks its end mark")
        tail = String(old[start...])
    }
    let new = head + text + tail
    guard ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" else {
        #expect(old == new, "\(path) is not as the program writes it: make snapshots")
        return
    }
    guard old != new else { return }
    try Data(new.utf8).write(to: url)
    Issue.record("recorded \(path)")
}
