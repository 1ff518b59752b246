import Foundation
import Glibc
import TLSClient
import Wire

// The grab's state machine alone: `bench-grab PORT COUNT` makes one exchange with
// a server on 127.0.0.1 and reads its flight COUNT times more, key agreement and
// decryption included, as though each came from another server.
//
// Callgrind counts what it costs: the difference of two runs with different
// counts is free of everything that happens once.

func exchange(_ port: UInt16, _ hello: [UInt8]) -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    guard result == 0, send(descriptor, hello, hello.count, 0) == hello.count else { return -1 }
    return descriptor
}

func main() throws -> Int32 {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let port = UInt16(arguments[1]), let count = Int(arguments[2]) else {
        print("usage: bench-grab PORT COUNT")
        return 64
    }
    let context = try GrabContext()
    let name = Array("server.test".utf8)
    var flight = ServerFlight()
    var started = Grab()
    started.start(.default, serverName: name, context: context, flight: &flight)
    let descriptor = exchange(port, context.outgoing)
    var bytes: [UInt8] = []
    var live = started
    var action = Grab.Action.wait
    while action == .wait {
        var read = [UInt8](repeating: 0, count: 65536)
        let received = recv(descriptor, &read, read.count, 0)
        guard received > 0 else { break }
        read.removeLast(read.count - received)
        action = live.receive(read.span, context: context, flight: &flight)
        bytes += read
    }
    close(descriptor)
    guard action == .certificate else {
        print("no certificate: \(action)")
        return 1
    }
    let begin = DispatchTime.now().uptimeNanoseconds
    var certificates = 0
    var other = Grab()
    for _ in 0..<count {
        flight.reset()
        other.start(.default, serverName: name, context: context, flight: &flight)
        var grab = started
        if grab.receive(bytes.span, context: context, flight: &flight) == .certificate { certificates += 1 }
    }
    let end = DispatchTime.now().uptimeNanoseconds
    print("\(certificates) flights, \(Double(end - begin) / 1000 / Double(max(1, count))) us each")
    return certificates == count ? 0 : 1
}

exit(try main())
