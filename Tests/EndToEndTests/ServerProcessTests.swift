import Glibc
import TestSupport
import Testing

/// The servers that tests start leave nothing behind.
@Suite struct ServerProcessTests {
    private func members(of group: Int32) throws -> [Substring] {
        try run("pgrep", ["-g", "\(group)"]).text.split(separator: "\n")
    }

    @Test func workersEndWithTheirServer() throws {
        let server = try PlainServer.apache.start()
        let group = server.group
        let isForked = withExtendedLifetime(consume server) {
            // It listens before it forks.
            eventually { ((try? members(of: group).count) ?? 0) > 1 }
        }
        #expect(isForked)
        #expect(try members(of: group) == [])
    }
}
