import CMicroHTTPD
import Foundation
import Synchronization
package import Wire

/// A small HTTP server over libmicrohttpd: what listens, reads requests within bounds and sends answers.
///
/// One thread of the library's reads and sends; the handler is called by several others. A connection that
/// waits for its answer is suspended, so that no time runs out for it.
package final class HTTPService: Sendable {
    /// Why it can't listen.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// What clients may take.
    package struct Limits: Sendable {
        package var connections = 512
        /// Of those who have shown no token, so many may wait at once.
        package var strangers = 128
        /// Seconds in which a head or a body has to come, and in which a client has to take a part of an
        /// answer.
        package var seconds = 20
        /// Threads that make answers.
        ///
        /// Few, so that an answer that is begun is soon made and nobody waits for those who came later; but
        /// more than processors, since some wait for the disk.
        package var threads = max(4, 2 * ProcessInfo.processInfo.activeProcessorCount)

        package init() {}
    }

    fileprivate let handler: @Sendable (ConsoleRequest) -> ConsoleResponse
    private let limits: Limits
    fileprivate let open: OpenConnections
    private let threads: AnswerThreads
    /// Set once, by `start`.
    private nonisolated(unsafe) var daemon: OpaquePointer?

    /// Of a request that waited so long for its turn it is asked whether somebody still wants it.
    private static let longWait = Duration.seconds(1)

    /// Longer heads are refused by the handler, who knows to whom; the library's own bound is beyond it.
    fileprivate static let mostHeadBytes = 64 * 1024
    /// Longer bodies are refused: a decision is a few hundred bytes.
    static let mostBodyBytes = 64 * 1024

    package init(
        _ limits: Limits = Limits(),
        _ handler: @escaping @Sendable (ConsoleRequest) -> ConsoleResponse
    ) {
        self.handler = handler
        self.limits = limits
        open = OpenConnections(
            .init(
                patience: .seconds(limits.seconds),
                strangers: limits.strangers,
                // Some places are left for those who come.
                connections: limits.connections - max(1, limits.connections / 8)
            )
        )
        threads = AnswerThreads(limits.threads)
    }

    /// Begins to listen; it stays alive as long as the process.
    ///
    /// - Parameter port: 0 for any that is free.
    /// - Returns: the port.
    package func start(_ address: IPAddress, port: UInt16) throws(Failure) -> UInt16 {
        let bounds = http_limits(
            connections: UInt32(limits.connections),
            memory: 4 * Self.mostHeadBytes,
            seconds: UInt32(limits.seconds)
        )
        let context = Unmanaged.passRetained(self).toOpaque()
        errno = 0
        daemon = http_start(address.description, port, bounds, answer, completed, notified, context)
        guard let daemon else {
            let reason = errno == 0 ? "" : ": \(String(cString: strerror(errno)))"
            throw Failure(description: "can't listen at \(address):\(port)\(reason)")
        }
        Thread.detachNewThread { [open] in
            while true {
                usleep(250_000)
                open.sweep()
            }
        }
        return UInt16(truncatingIfNeeded: http_port(daemon))
    }

    /// Has an answer made, and the connection go on when it is there.
    fileprivate func makeAnswer(to pending: PendingRequest, on connection: OpaquePointer) {
        let place = UInt(bitPattern: connection)
        let request = pending.request
        let socket = http_socket(connection)
        let begin = ContinuousClock.now
        MHD_suspend_connection(connection)
        threads.run { [handler] in
            // Who asks and goes away is not answered at the cost of those who wait. Of a request whose turn
            // comes at once it is not asked: who sends no more, and reads on, looks the same.
            let hasWaited = ContinuousClock.now - begin >= Self.longWait
            let isWanted = request.method != "GET" || !hasWaited || !Self.hasLeft(socket)
            pending.response = isWanted ? handler(request) : .problem(503, "Nobody waits for it.")
            if let connection = OpaquePointer(bitPattern: place) { MHD_resume_connection(connection) }
        }
    }
}

extension HTTPService {
    /// Whether the other side of a connection has ended it.
    private static func hasLeft(_ socket: Int32) -> Bool {
        var byte: UInt8 = 0
        return recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) == 0
    }
}

/// A request whose body is still being read, or whose answer is being made.
private final class PendingRequest: Sendable {
    private let state: Mutex<(request: ConsoleRequest, response: ConsoleResponse?)>

    init(_ request: ConsoleRequest) { state = Mutex((request, nil)) }

    var request: ConsoleRequest { state.withLock { $0.request } }

    var response: ConsoleResponse? {
        get { state.withLock { $0.response } }
        set { state.withLock { $0.response = newValue } }
    }

    func add(_ bytes: UnsafeRawBufferPointer) {
        state.withLock { state in
            if state.request.body.count + bytes.count <= HTTPService.mostBodyBytes {
                state.request.body += bytes
            } else {
                state.request.isTooLong = true
            }
        }
    }
}

/// Called once when the head is there, then with parts of the body, then without one, and last when the
/// answer is made.
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
    let service = Unmanaged<HTTPService>.fromOpaque(context).takeUnretainedValue()
    guard let known = state.pointee else {
        service.open.hasHead(http_socket(connection))
        var request = ConsoleRequest(method: String(cString: method), path: String(cString: url))
        request.isText = String(validatingCString: url) != nil
        request.headers = values(connection, .HEADER_KIND).values
        let arguments = values(connection, .GET_ARGUMENT_KIND)
        request.query = arguments.values
        request.isText = request.isText && arguments.areText
        request.isHeadTooLong = http_head_size(connection) > HTTPService.mostHeadBytes
        state.pointee = Unmanaged.passRetained(PendingRequest(request)).toOpaque()
        guard !request.isAmbiguous else {
            // Where it ends is not known: what comes behind it is not read as another. Strangers are told
            // what they are always told.
            var refusal = service.handler(request)
            if !ConsoleGate.refusals.contains(refusal.status) {
                refusal = .problem(400, "The request says twice how long it is.")
            }
            return send(refusal, on: connection, isLast: true)
        }
        return .YES
    }
    let pending = Unmanaged<PendingRequest>.fromOpaque(known).takeUnretainedValue()
    if bodyCount.pointee > 0, let body {
        pending.add(UnsafeRawBufferPointer(start: body, count: bodyCount.pointee))
        bodyCount.pointee = 0
        return .YES
    }
    service.open.isAnswered(http_socket(connection))
    guard let response = pending.response else {
        service.makeAnswer(to: pending, on: connection)
        return .YES
    }
    guard ConsoleGate.refusals.contains(response.status) else {
        let isLast = service.open.takes(http_socket(connection), bytes: response.body.count)
        return send(response, on: connection, isLast: isLast)
    }
    // Whoever does not take a refusal off holds no place by it, nor by what was sent behind the request.
    service.open.waits(http_socket(connection))
    return send(response, on: connection, isLast: true)
}

private func completed(
    _ context: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ code: MHD_RequestTerminationCode
) {
    if let context, let connection {
        let service = Unmanaged<HTTPService>.fromOpaque(context).takeUnretainedValue()
        service.open.waits(http_socket(connection))
    }
    guard let known = state?.pointee else { return }
    Unmanaged<PendingRequest>.fromOpaque(known).release()
    state?.pointee = nil
}

/// Called when a connection begins, and before its socket is closed.
private func notified(
    _ context: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ code: MHD_ConnectionNotificationCode
) {
    guard let context, let connection else { return }
    let service = Unmanaged<HTTPService>.fromOpaque(context).takeUnretainedValue()
    let socket = http_socket(connection)
    if http_begins(code) != 0 {
        service.open.begin(socket)
    } else {
        service.open.end(socket)
    }
}

/// All headers or arguments, in their order, and whether all of them are texts.
private func values(_ connection: OpaquePointer, _ kind: MHD_ValueKind) -> (
    values: [(name: String, value: String)], areText: Bool
) {
    final class Found {
        var values: [(name: String, value: String)] = []
        var areText = true

        func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
            let bytes = UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
            let text = String(decoding: bytes, as: UTF8.self)
            // What is no UTF-8 is repaired, and then another; a zero would end a C string.
            areText = areText && text.utf8.elementsEqual(bytes) && !bytes.contains(0)
            return text
        }
    }
    let found = Found()
    MHD_get_connection_values_n(
        connection,
        kind,
        { context, _, name, nameCount, value, valueCount in
            guard let context, let name else { return .YES }
            let found = Unmanaged<Found>.fromOpaque(context).takeUnretainedValue()
            found.values.append((found.text(name, nameCount), found.text(value, valueCount)))
            // All that the longest head can have: what is passed over is neither checked nor refused.
            return found.values.count < HTTPService.mostHeadBytes ? .YES : .NO
        },
        Unmanaged.passUnretained(found).toOpaque()
    )
    return (found.values, found.areText)
}

/// - Parameter isLast: whether the connection ends behind it.
private func send(
    _ response: ConsoleResponse,
    on connection: OpaquePointer,
    isLast: Bool
) -> MHD_Result {
    var body = response.body
    let count = body.count
    let made = body.withUnsafeMutableBytes { bytes in
        MHD_create_response_from_buffer(count, bytes.baseAddress, .RESPMEM_MUST_COPY)
    }
    guard let made else { return .NO }
    defer { MHD_destroy_response(made) }
    for (name, value) in response.headers { MHD_add_response_header(made, name, value) }
    if isLast { MHD_add_response_header(made, "Connection", "close") }
    return MHD_queue_response(connection, response.status, made)
}
