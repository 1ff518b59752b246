internal import CNGHTTP2
package import Observations
import Wire

/// One HTTP/2 connection without its socket: nghttp2 over bytes that its owner moves.
///
/// One request at a time. nghttp2's own checks of messages are off, since what
/// a server does wrong is what we came to see; its checks of frames and its limits are on, and what
/// it does not limit, header bytes and idle control frames, is limited here.
package final class HTTP2Session {
    /// Control frames that a connection may send in all; an honest one sends a handful.
    static let frameLimit = 500

    private let origin: HTTPOrigin
    private let options: HTTPOptions
    private var session: OpaquePointer?
    private var stream: Int32 = -1
    private var bodyLimit = 0
    private var controlFrames = 0
    private var pending: [UInt8] = []
    /// Bodies of requests that nghttp2 asks for when it may send them.
    private var upload: [UInt8] = []
    private var uploaded = 0

    /// The answer to the present request.
    package private(set) var answer = HTTP2Answer()
    /// No further request can be made on this connection.
    package private(set) var isClosing = false
    /// Nothing can be read any more.
    private var isOver = false {
        didSet { isClosing = isClosing || isOver }
    }

    package init(_ origin: HTTPOrigin, _ options: HTTPOptions) {
        self.origin = origin
        self.options = options
        session = Self.makeSession(userData: Unmanaged.passUnretained(self).toOpaque())
        guard let session else {
            isOver = true
            return
        }
        var settings = [
            nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(clamping: options.limits.head)
            ),
        ]
        if nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), &settings, settings.count) != 0
        {
            isOver = true
        }
    }

    deinit { nghttp2_session_del(session) }

    /// Begins a request; its bytes are in `output`.
    package func ask(_ request: HTTPRequest, bodyLimit: Int) {
        answer = HTTP2Answer()
        self.bodyLimit = bodyLimit
        upload = request.body
        uploaded = 0
        let headers = RequestWriter.fields(request, options)
        // HTTP/2 says in `:authority` what `Host` says (RFC 9113, section 8.3.1).
        let host = headers.last { $0.name.lowercased() == "host" }?.value
        var fields = [
            (":method", RequestWriter.method(request)), (":scheme", origin.scheme),
            (":authority", host ?? origin.authority), (":path", RequestWriter.target(request)),
        ]
        // Connection-specific fields have no place in HTTP/2 (RFC 9113, section 8.2.2).
        let forbidden: Set = ["connection", "host", "keep-alive", "transfer-encoding", "upgrade"]
        for field in headers where !forbidden.contains(field.name.lowercased()) {
            fields.append((field.name.lowercased(), field.value))
        }
        stream = submit(fields.map { (Array($0.utf8), Array($1.utf8)) }, hasBody: !request.body.isEmpty)
        guard stream < 0 else { return }
        isOver = true
        answer.finish(.closed)
    }

    /// Takes bytes from the server.
    package func receive(_ bytes: Span<UInt8>) {
        guard let session, !isOver else { return }
        let taken = bytes.withUnsafeBufferPointer {
            nghttp2_session_mem_recv(session, $0.baseAddress, $0.count)
        }
        guard taken >= 0 else {
            let isFlood = taken == Int(NGHTTP2_ERR_FLOODED.rawValue) || controlFrames > Self.frameLimit
            return fail(isFlood ? .http2Flood : .http2ProtocolError)
        }
        // Once nghttp2 has written its own GOAWAY it wants nothing more.
        collect()
        if nghttp2_session_want_read(session) == 0 {
            isOver = true
            if answer.end == nil { fail(.http2ProtocolError) }
        }
    }

    /// What is to be sent now.
    package func output() -> [UInt8] {
        collect()
        defer { pending = [] }
        return pending
    }

    /// Moves what nghttp2 has to send into `pending`.
    private func collect() {
        guard let session else { return }
        while true {
            var base: UnsafePointer<UInt8>?
            let count = nghttp2_session_mem_send(session, &base)
            guard count > 0, let base else { return }
            pending.append(contentsOf: UnsafeBufferPointer(start: base, count: count))
        }
    }

    /// The connection ended.
    package func closed() {
        isOver = true
        if answer.status != nil { answer.anomalies.insert(.bodyIncomplete) }
        answer.finish(.closed)
    }

    package func timedOut() {
        answer.finish(.timeout)
    }

    private func fail(_ anomaly: HTTPAnomaly) {
        isOver = true
        answer.anomalies.insert(anomaly)
        answer.finish(.broken)
    }

    private func submit(_ fields: [(name: [UInt8], value: [UInt8])], hasBody: Bool) -> Int32 {
        // nghttp2 copies names and values before it returns: they lie in one array meanwhile.
        var bytes: [UInt8] = []
        for field in fields { bytes += field.name + field.value }
        var source = nghttp2_data_provider()
        source.read_callback = { _, _, output, room, flags, _, user in
            guard let output, let flags, let session = HTTP2Session.from(user) else { return 0 }
            return session.upload(into: UnsafeMutableBufferPointer(start: output, count: room), flags)
        }
        return bytes.withUnsafeMutableBufferPointer { bytes in
            guard var place = bytes.baseAddress else { return -1 }
            let pairs = fields.map { field in
                defer { place += field.name.count + field.value.count }
                return nghttp2_nv(
                    name: place,
                    value: place + field.name.count,
                    namelen: field.name.count,
                    valuelen: field.value.count,
                    flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)
                )
            }
            guard hasBody else { return nghttp2_submit_request(session, nil, pairs, pairs.count, nil, nil) }
            return nghttp2_submit_request(session, nil, pairs, pairs.count, &source, nil)
        }
    }

    private func upload(
        into output: UnsafeMutableBufferPointer<UInt8>,
        _ flags: UnsafeMutablePointer<UInt32>
    ) -> Int {
        let count = min(output.count, upload.count - uploaded)
        for index in 0..<count { output[index] = upload[uploaded + index] }
        uploaded += count
        if uploaded == upload.count { flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue) }
        return count
    }
}

// MARK: What nghttp2 reports

extension HTTP2Session {
    static func from(_ user: UnsafeMutableRawPointer?) -> HTTP2Session? {
        user.map { Unmanaged<HTTP2Session>.fromOpaque($0).takeUnretainedValue() }
    }

    fileprivate func began(_ frame: nghttp2_frame_hd) -> Int32 {
        let isPayload =
            frame.type == UInt8(NGHTTP2_DATA.rawValue) || frame.type == UInt8(NGHTTP2_HEADERS.rawValue)
        if !isPayload || frame.length == 0 { controlFrames += 1 }
        return controlFrames > Self.frameLimit ? NGHTTP2_ERR_CALLBACK_FAILURE.rawValue : 0
    }

    fileprivate func beganHeaders(_ id: Int32) {
        if id == stream { answer.beginBlock() }
    }

    fileprivate func header(_ id: Int32, _ name: Span<UInt8>, _ value: Span<UInt8>) -> Int32 {
        guard id == stream else { return 0 }
        if answer.take(name, value, options.limits) { return 0 }
        // nghttp2 resets the stream and goes on.
        answer.endBlock()
        answer.finish(.limit)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
    }

    fileprivate func data(_ id: Int32, _ bytes: Span<UInt8>) {
        guard id == stream, answer.end == nil, !answer.take(bytes, bodyLimit) else { return }
        nghttp2_submit_rst_stream(
            session,
            UInt8(NGHTTP2_FLAG_NONE.rawValue),
            stream,
            NGHTTP2_CANCEL.rawValue
        )
    }

    fileprivate func received(_ frame: nghttp2_frame) {
        let type = UInt32(frame.hd.type)
        if type == NGHTTP2_GOAWAY.rawValue {
            isClosing = true
            guard answer.end == nil else { return }
            answer.anomalies.insert(.http2GoAway)
            if frame.goaway.last_stream_id < stream { answer.finish(.refused) }
            return
        }
        guard frame.hd.stream_id == stream, answer.end == nil else { return }
        if type == NGHTTP2_RST_STREAM.rawValue {
            answer.anomalies.insert(.http2StreamReset)
            return answer.finish(answer.status == nil ? .refused : .closed)
        }
        if type == NGHTTP2_HEADERS.rawValue {
            answer.endBlock()
            if answer.informational.count > options.limits.informational {
                answer.anomalies.insert(.tooManyInformational)
                return answer.finish(.limit)
            }
        }
        let isEnd = frame.hd.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        if isEnd, type == NGHTTP2_HEADERS.rawValue || type == NGHTTP2_DATA.rawValue {
            answer.finish(.complete)
        }
    }

    fileprivate func receivedInvalid() {
        answer.anomalies.insert(.http2ProtocolError)
    }

    fileprivate func closedStream(_ id: Int32) {
        guard id == stream, answer.end == nil else { return }
        answer.anomalies.insert(.http2StreamReset)
        answer.finish(.closed)
    }

    fileprivate static func makeSession(userData: UnsafeMutableRawPointer) -> OpaquePointer? {
        var callbacks: OpaquePointer?
        var option: OpaquePointer?
        var session: OpaquePointer?
        guard nghttp2_session_callbacks_new(&callbacks) == 0 else { return nil }
        defer { nghttp2_session_callbacks_del(callbacks) }
        guard nghttp2_option_new(&option) == 0 else { return nil }
        defer { nghttp2_option_del(option) }
        nghttp2_option_set_no_http_messaging(option, 1)
        nghttp2_option_set_no_closed_streams(option, 1)
        nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks) { _, head, user in
            guard let head else { return 0 }
            return HTTP2Session.from(user)?.began(head.pointee) ?? 0
        }
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, user in
            if let frame { HTTP2Session.from(user)?.beganHeaders(frame.pointee.hd.stream_id) }
            return 0
        }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _,
            frame,
            name,
            nameCount,
            value,
            valueCount,
            _,
            user in
            guard let frame, let session = HTTP2Session.from(user) else { return 0 }
            let name = UnsafeBufferPointer(start: name, count: nameCount).span
            let value = UnsafeBufferPointer(start: value, count: valueCount).span
            return session.header(frame.pointee.hd.stream_id, name, value)
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, id, bytes, count, user in
            HTTP2Session.from(user)?.data(id, UnsafeBufferPointer(start: bytes, count: count).span)
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
            if let frame { HTTP2Session.from(user)?.received(frame.pointee) }
            return 0
        }
        nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks) { _, _, _, user in
            HTTP2Session.from(user)?.receivedInvalid()
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, id, _, user in
            HTTP2Session.from(user)?.closedStream(id)
            return 0
        }
        return nghttp2_session_client_new2(&session, callbacks, userData, option) == 0 ? session : nil
    }
}
