import Glibc
import TestSupport
import Testing
import Wire

@testable import Net

@Suite struct TCPConnectionTests {
    @Test(arguments: [false, true])
    func exchangesBytesOverBothFamilies(isIPv6: Bool) throws {
        let peer = try ScriptedPeer(isIPv6: isIPv6, [.read(5), .send([UInt8]("welcome".utf8))])
        let connection = RecordingConnection(on: try EventLoop())
        connection.onConnected = { $0.send("hello") }

        let address = isIPv6 ? SocketAddress(ipv6: 1, port: peer.port) : .loopback(peer.port)
        connection.open(address, milliseconds: 60_000)
        connection.loop.run()

        #expect(connection.text == "welcome")
        #expect(connection.ends == [.peerClosed])
        #expect(connection.isConnected)
        #expect(connection.bytesSent == 5)
        #expect(connection.bytesReceived == 7)
    }

    @Test func tellsARefusal() throws {
        let connection = RecordingConnection(on: try EventLoop())
        connection.open(.loopback(freePort()), milliseconds: 60_000)
        connection.loop.run()
        #expect(connection.ends == [.failed(.refused)])
        #expect(!connection.isConnected)
    }

    @Test func tellsAReset() throws {
        let peer = try ScriptedPeer([.read(1), .reset])
        let connection = RecordingConnection(on: try EventLoop())
        connection.onConnected = { $0.send("x") }
        connection.open(.loopback(peer.port), milliseconds: 60_000)
        connection.loop.run()
        #expect(connection.ends == [.failed(.reset)])
        #expect(connection.isConnected)
    }

    @Test func tellsWhichDeadlinePassed() throws {
        let peer = try ScriptedPeer([.hold])
        let loop = try EventLoop()
        let first = RecordingConnection(on: loop)
        let last = RecordingConnection(on: loop)
        first.open(.loopback(peer.port), milliseconds: 60, totalDeadline: loop.now + 60_000)
        last.open(.loopback(peer.port), milliseconds: 60_000, totalDeadline: loop.now + 60)
        loop.run()
        #expect(first.ends == [.timedOut(total: false)])
        #expect(last.ends == [.timedOut(total: true)])
    }

    @Test func aDripDoesNotMoveTheDeadlineButItsOwnerMay() throws {
        let peer = try ScriptedPeer([.drip([UInt8](repeating: 1, count: 1000), 10)])
        let loop = try EventLoop()
        let dripped = RecordingConnection(on: loop)
        dripped.open(.loopback(peer.port), milliseconds: 1000)
        let patient = RecordingConnection(on: loop)
        patient.onReceived = { if $0.bytesReceived < 200 { $0.setDeadline(milliseconds: 1000) } }
        patient.open(.loopback(peer.port), milliseconds: 1000)
        loop.run()
        #expect(dripped.ends == [.timedOut(total: false)])
        #expect(patient.ends == [.timedOut(total: false)])
        #expect(patient.bytesReceived >= 200)
    }

    @Test func theBudgetEndsAFlood() throws {
        let peer = try ScriptedPeer([.send([UInt8](repeating: 7, count: 300_000)), .hold])
        let connection = RecordingConnection(on: try EventLoop())
        connection.open(.loopback(peer.port), milliseconds: 60_000, budget: 100_000)
        connection.loop.run()
        #expect(connection.ends == [.budgetExceeded])
        #expect(connection.bytes == [UInt8](repeating: 7, count: 100_000))
    }

    @Test func aBudgetThatIsJustEnoughIsNotExceeded() throws {
        let peer = try ScriptedPeer([.send([UInt8](repeating: 7, count: 1000))])
        let connection = RecordingConnection(on: try EventLoop())
        connection.open(.loopback(peer.port), milliseconds: 60_000, budget: 1000)
        connection.loop.run()
        #expect(connection.ends == [.peerClosed])
        #expect(connection.bytes.count == 1000)
    }

    /// More than the kernel takes at once, so that most of it waits in libuv's queue.
    @Test func sendsAnyAmountInOrderBeforeAGracefulEnd() throws {
        let peer = try ScriptedPeer([.readToEnd, .hold])
        let connection = RecordingConnection(on: try EventLoop())
        let pattern = (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        connection.onConnected = {
            for start in stride(from: 0, to: pattern.count, by: 2_000_000) {
                $0.send(pattern.span.extracting(start..<start + 2_000_000))
            }
            $0.finish()
        }
        connection.open(.loopback(peer.port), milliseconds: 60_000)
        connection.loop.run()
        #expect(connection.ends == [.closed])
        #expect(connection.bytesSent == pattern.count)
        _ = eventually { peer.received.count >= pattern.count }
        let isWhole = peer.received == pattern
        #expect(isWhole)
    }

    @Test func whatCameBeforeAResetIsStillRead() throws {
        let peer = try ScriptedPeer([.read(1), .send([UInt8]("last words".utf8)), .reset])
        let connection = RecordingConnection(on: try EventLoop())
        connection.onConnected = { connection in
            connection.send("x")
            usleep(100_000)
            // The peer has reset the connection by now, so that this write fails.
            connection.send("too late")
        }
        connection.open(.loopback(peer.port), milliseconds: 60_000)
        connection.loop.run()
        #expect(connection.text == "last words")
        #expect(connection.ends == [.failed(.reset)])
    }

    @Test func closingWhileConnectingEndsOnce() throws {
        let peer = try ScriptedPeer([.hold])
        let connection = RecordingConnection(on: try EventLoop())
        connection.onConnected = { _ in Issue.record("connected after close") }
        connection.open(.loopback(peer.port), milliseconds: 60_000)
        connection.close()
        connection.close()
        #expect(connection.ends.isEmpty)
        connection.loop.run()
        #expect(connection.ends == [.closed])
    }

    @Test func mayBeOpenedAgainWhenClosed() throws {
        let peer = try ScriptedPeer([.send([1])])
        let refused = freePort()
        let loop = try EventLoop()
        let connection = RecordingConnection(on: loop)
        connection.onClosed = {
            switch $0.ends.count {
            case 1: $0.open(.loopback(refused), milliseconds: 60_000)
            case 2: $0.open(.loopback(peer.port), milliseconds: 60_000)
            default: #expect($0.bytesReceived == 1)
            }
        }
        connection.open(.loopback(peer.port), milliseconds: 60_000)
        loop.run()
        #expect(connection.ends == [.peerClosed, .failed(.refused), .peerClosed])
        #expect(loop.connectionCount == 0)
    }

    @Test func thousandsShareALoop() throws {
        let peer = try ScriptedPeer([.read(2), .send([1, 2, 3])])
        let loop = try EventLoop()
        var left = 2000
        var total = 0
        let connections = (0..<100).map { _ in RecordingConnection(on: loop) }
        func start(_ connection: RecordingConnection) {
            guard left > 0 else { return }
            left -= 1
            connection.open(.loopback(peer.port), milliseconds: 20_000)
        }
        for connection in connections {
            connection.onConnected = { $0.send("go") }
            connection.onClosed = {
                total += $0.bytesReceived
                start($0)
            }
            start(connection)
        }
        loop.run()
        #expect(total == 6000)
        #expect(connections.flatMap(\.ends).allSatisfy { $0 == .peerClosed })
        #expect(loop.connectionCount == 0)
    }

    @Test func comesFromTheAddressGiven() throws {
        let peer = try ScriptedPeer([.send([1])])
        let loop = try EventLoop()
        let connection = RecordingConnection(on: loop)
        var source: String?
        connection.onConnected = { source = localAddress(of: $0) }
        connection.open(
            .loopback(peer.port),
            milliseconds: 60_000,
            from: SocketAddress(ipv4: 0x7f03_0201, port: 0)
        )
        loop.run()
        #expect(source == "127.3.2.1")
        #expect(connection.ends == [.peerClosed])
    }

    @Test(arguments: [SocketAddress(ipv4: 0xc000_0201, port: 0), SocketAddress(ipv6: 1, port: 0)])
    func anAddressThatIsNotOursIsAnError(source: SocketAddress) throws {
        let connection = RecordingConnection(on: try EventLoop())
        connection.open(.loopback(9), milliseconds: 60_000, from: source)
        connection.loop.run()
        let error: UVError = source.isIPv6 ? .invalidArgument : .addressNotAvailable
        #expect(connection.ends == [source.isIPv6 ? .failed(error) : .failedHere(error)])
    }

    /// In a process of its own, as it takes all descriptors away.
    @Test func runningOutOfDescriptorsIsToldApart() async {
        await #expect(processExitsWith: .success) {
            let loop = try EventLoop()
            let connection = RecordingConnection(on: loop)
            let bound = RecordingConnection(on: loop)
            var taken: [Int32] = []
            while case let descriptor = dup(2), descriptor >= 0, taken.count < 100_000 {
                taken.append(descriptor)
            }
            // Later opens succeed once descriptors are free again.
            connection.onClosed = {
                guard $0.ends.count == 1 else { return }
                for descriptor in taken { Glibc.close(descriptor) }
                $0.open(.loopback(1), milliseconds: 60_000)
            }
            connection.open(.loopback(1), milliseconds: 60_000)
            bound.open(.loopback(1), milliseconds: 60_000, from: .loopback(0))
            loop.run()
            precondition(connection.ends == [.failedHere(.tooManyFiles), .failed(.refused)])
            precondition(bound.ends == [.failedHere(.tooManyFiles)])
            exit(0)
        }
    }

    /// What is said first goes with the third packet of TCP's handshake, as the kernel counts.
    @Test(arguments: [false, true])
    func theFirstBytesSaveAPacket(speaksFirst: Bool) throws {
        let peer = try ScriptedPeer([.read(5), .send([UInt8]("welcome".utf8))])
        let connection = RecordingConnection(on: try EventLoop())
        var segments: [Int] = []
        connection.onConnected = {
            $0.send("hello")
            segments.append(segmentsSent($0))
        }
        connection.open(.loopback(peer.port), milliseconds: 60_000, speaksFirst: speaksFirst)
        connection.loop.run()
        #expect(segments == [speaksFirst ? 2 : 3])
        #expect(connection.text == "welcome")
    }

    /// Who means to speak first and does not still gets what the server says.
    @Test func aSilentFirstSpeakerIsConnectedAllTheSame() throws {
        let peer = try ScriptedPeer([.send([UInt8]("welcome".utf8))])
        let connection = RecordingConnection(on: try EventLoop())
        connection.open(.loopback(peer.port), milliseconds: 60_000, speaksFirst: true)
        connection.loop.run()
        #expect(connection.text == "welcome")
        #expect(connection.ends == [.peerClosed])
    }
}

/// Where a connection comes from, as the kernel says.
private func localAddress(of connection: TCPConnection) -> String? {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    guard let descriptor = connection.descriptor else { return nil }
    let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    return result == 0 ? IPAddress(v4: UInt32(bigEndian: address.sin_addr.s_addr)).description : nil
}

/// `tcpi_segs_out` of Linux's `tcp_info` (linux/tcp.h), which glibc's structure is too old to have.
private func segmentsSent(_ connection: TCPConnection) -> Int {
    var info = [UInt8](repeating: 0, count: 256)
    var length = socklen_t(info.count)
    guard let descriptor = connection.descriptor,
        getsockopt(descriptor, CInt(IPPROTO_TCP), TCP_INFO, &info, &length) == 0, length >= 140
    else { return -1 }
    return info.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: 136, as: UInt32.self)) }
}
