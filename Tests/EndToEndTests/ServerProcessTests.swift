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
        try withExtendedLifetime(consume server) {
            // It listens before it forks.
            for _ in 0..<500 where try members(of: group).count < 2 { usleep(20_000) }
            #expect(try members(of: group).count > 1)
        }
        #expect(try members(of: group) == [])
    }
}
