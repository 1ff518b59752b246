import CMicroHTTPD
import Foundation
package import Wire

/// A small HTTP server over libmicrohttpd: what listens, reads requests within bounds and sends answers.
///
/// The library's threads call the handler, several at a time.
package final class HTTPService: Sendable {
    /// Why it can't listen.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let handler: @Sendable (ConsoleRequest) -> ConsoleResponse
    /// Set once, by `start`.
    private nonisolated(unsafe) var daemon: OpaquePointer?

    /// Longer bodies are refused: a decision is a few hundred bytes.
    static let mostBodyBytes = 64 * 1024

    package init(_ handler: @escaping @Sendable (ConsoleRequest) -> ConsoleResponse) {
        self.handler = handler
    }

    /// Begins to listen; it stays alive as long as the process.
    ///
    /// - Parameter port: 0 for any that is free.
    /// - Returns: the port.
    package func start(_ address: IPAddress, port: UInt16) throws(Failure) -> UInt16 {
        let limits = http_limits(workers: 16, connections: 256, memory: 64 * 1024, seconds: 20)
        let context = Unmanaged.passRetained(self).toOpaque()
        errno = 0
        daemon = http_start(address.description, port, limits, answer, completed, context)
        guard let daemon else {
            let reason = errno == 0 ? "" : ": \(String(cString: strerror(errno)))"
            throw Failure(description: "can't listen at \(address):\(port)\(reason)")
        }
        return UInt16(truncatingIfNeeded: http_port(daemon))
    }

    fileprivate func respond(to request: ConsoleRequest) -> ConsoleResponse { handler(request) }
}

/// A request whose body is still being read.
private final class PendingRequest {
    var request: ConsoleRequest
    var isTooLong = false

    init(_ request: ConsoleRequest) { self.request = request }
}

/// Called once when the head is there, then with parts of the body, and last without one.
private func answer(
    _ context: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ url: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?,
    _ version: UnsafePointer<CChar>?,
    _ body: UnsafePointer<CChar>?,
    _ bodyCount: UnsafeMutablePointer<Int>?,
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context, let connection, let url, let method, let bodyCount, let state else { return .NO }
    guard let known = state.pointee else {
        var request = ConsoleRequest(method: String(cString: method), path: String(cString: url))
        request.headers = values(connection, .HEADER_KIND)
        request.query = values(connection, .GET_ARGUMENT_KIND)
        state.pointee = Unmanaged.passRetained(PendingRequest(request)).toOpaque()
        return .YES
    }
    let pending = Unmanaged<PendingRequest>.fromOpaque(known).takeUnretainedValue()
    if bodyCount.pointee > 0, let body {
        if pending.request.body.count + bodyCount.pointee <= HTTPService.mostBodyBytes {
            pending.request.body += UnsafeRawBufferPointer(start: body, count: bodyCount.pointee)
        } else {
            pending.isTooLong = true
        }
        bodyCount.pointee = 0
        return .YES
    }
    let service = Unmanaged<HTTPService>.fromOpaque(context).takeUnretainedValue()
    let response =
        pending.isTooLong
        ? ConsoleResponse.problem(413, "The request is too long.") : service.respond(to: pending.request)
    return send(response, on: connection)
}

private func completed(
    _ context: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ code: MHD_RequestTerminationCode
) {
    guard let known = state?.pointee else { return }
    Unmanaged<PendingRequest>.fromOpaque(known).release()
    state?.pointee = nil
}

/// All headers or arguments, in their order.
private func values(_ connection: OpaquePointer, _ kind: MHD_ValueKind) -> [(name: String, value: String)] {
    final class Found { var values: [(name: String, value: String)] = [] }
    let found = Found()
    MHD_get_connection_values(
        connection,
        kind,
        { context, _, name, value in
            guard let context, let name else { return .YES }
            let found = Unmanaged<Found>.fromOpaque(context).takeUnretainedValue()
            found.values.append((String(cString: name), value.map { String(cString: $0) } ?? ""))
            return found.values.count < 256 ? .YES : .NO
        },
        Unmanaged.passUnretained(found).toOpaque()
    )
    return found.values
}

private func send(_ response: ConsoleResponse, on connection: OpaquePointer) -> MHD_Result {
    var body = response.body
    let count = body.count
    let made = body.withUnsafeMutableBytes { bytes in
        MHD_create_response_from_buffer(count, bytes.baseAddress, .RESPMEM_MUST_COPY)
    }
    guard let made else { return .NO }
    defer { MHD_destroy_response(made) }
    for (name, value) in response.headers { MHD_add_response_header(made, name, value) }
    return MHD_queue_response(connection, response.status, made)
}
