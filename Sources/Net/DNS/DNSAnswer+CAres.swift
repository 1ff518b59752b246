import CAres
import Glibc

extension DNSAnswer {
    /// More addresses of one name are not read: one more than are used, which shows that there are more.
    private static let maximumAddresses = Resolver.maximumAddresses + 1

    /// Reads what c-ares got, and tells for how many seconds it holds.
    package static func read(
        _ status: CInt,
        _ message: UnsafeBufferPointer<UInt8>,
        _ question: DNSQuestion
    ) -> (DNSAnswer, seconds: UInt32) {
        guard status == ARES_SUCCESS else { return negative(DNSFailure(status), message) }
        switch question.kind {
        case .name: return texts(DNSTexts.names(message), message)
        case .authorities: return texts(DNSTexts.authorities(message), message)
        case .ipv4, .ipv6: break
        }
        var addresses: [ResolvedAddress] = []
        let result = question.isIPv6 ? readIPv6(message, &addresses) : readIPv4(message, &addresses)
        if result == ARES_SUCCESS, !addresses.isEmpty {
            let seconds = addresses.reduce(Resolver.maximumTTL) { min($0, $1.ttl) }
            return (.addresses(addresses), seconds)
        }
        // An alias that leads to a name without addresses is a success for c-ares, or ENODATA.
        let isEmpty = result == ARES_SUCCESS || result == ARES_ENODATA
        return negative(isEmpty ? .noData : .badResponse, message)
    }

    /// - Parameter found: nil for an answer that can't be read, empty for one without such a record.
    private static func texts(
        _ found: (texts: [String], isEmpty: Bool)?,
        _ message: UnsafeBufferPointer<UInt8>
    ) -> (DNSAnswer, seconds: UInt32) {
        guard let found else { return negative(.badResponse, message) }
        // c-ares does not tell how long these hold: an hour does no harm to a remark.
        return found.isEmpty ? negative(.noData, message) : (.texts(found.texts), 3600)
    }

    private static func negative(
        _ failure: DNSFailure,
        _ message: UnsafeBufferPointer<UInt8>
    ) -> (DNSAnswer, seconds: UInt32) {
        let said = failure == .noSuchName || failure == .noData ? DNSMessage.negativeTTL(message.span) : nil
        // RFC 2308 section 5 suggests at most one to three hours.
        return (.failure(failure), said.map { min($0, 10_800) } ?? Resolver.failureTTL)
    }

    private static func readIPv4(
        _ message: UnsafeBufferPointer<UInt8>,
        _ addresses: inout [ResolvedAddress]
    ) -> CInt {
        entries(message, by: ares_parse_a_reply) { (entry: ares_addrttl) in
            let value = withUnsafeBytes(of: entry.ipaddr) { $0.loadUnaligned(as: UInt32.self) }
            add(SocketAddress(ipv4: UInt32(bigEndian: value), port: 0), entry.ttl, &addresses)
        }
    }

    private static func readIPv6(
        _ message: UnsafeBufferPointer<UInt8>,
        _ addresses: inout [ResolvedAddress]
    ) -> CInt {
        entries(message, by: ares_parse_aaaa_reply) { (entry: ares_addr6ttl) in
            let value = withUnsafeBytes(of: entry.ip6addr) { $0.loadUnaligned(as: UInt128.self) }
            add(SocketAddress(ipv6: UInt128(bigEndian: value), port: 0), entry.ttl, &addresses)
        }
    }

    /// One of c-ares's two parsers, which differ in the type of their entries.
    private typealias Parser<Entry> = (
        UnsafePointer<UInt8>?, CInt, UnsafeMutablePointer<UnsafeMutablePointer<hostent>?>?,
        UnsafeMutablePointer<Entry>?, UnsafeMutablePointer<CInt>?
    ) -> CInt

    private static func entries<Entry>(
        _ message: UnsafeBufferPointer<UInt8>,
        by parse: Parser<Entry>,
        _ body: (Entry) -> Void
    ) -> CInt {
        withUnsafeTemporaryAllocation(of: Entry.self, capacity: maximumAddresses) { found in
            var count = CInt(found.count)
            let length = CInt(clamping: message.count)
            let result = parse(message.baseAddress, length, nil, found.baseAddress, &count)
            guard result == ARES_SUCCESS else { return result }
            for entry in found.prefix(Int(count)) { body(entry) }
            return result
        }
    }

    private static func add(_ address: SocketAddress, _ ttl: CInt, _ addresses: inout [ResolvedAddress]) {
        guard !addresses.contains(where: { $0.address == address }) else { return }
        // A TTL with the highest bit set counts as 0 (RFC 2181 section 8).
        let ttl = min(UInt32(max(0, ttl)), Resolver.maximumTTL)
        addresses.append(ResolvedAddress(address: address, ttl: ttl))
    }
}

extension DNSFailure {
    /// - Parameter status: of c-ares, not success.
    init(_ status: CInt) {
        switch status {
        case ARES_ENOTFOUND: self = .noSuchName
        case ARES_ENODATA: self = .noData
        case ARES_ESERVFAIL, ARES_ENOTIMP, ARES_EFORMERR: self = .serverFailure
        case ARES_EREFUSED: self = .refused
        case ARES_ETIMEOUT: self = .timedOut
        case ARES_ECONNREFUSED: self = .unreachable
        case ARES_EBADNAME, ARES_EBADQUERY: self = .badName
        case ARES_ENOMEM, ARES_EFILE: self = .local
        case Self.truncatedStatus: self = .truncated
        default: self = .badResponse
        }
    }
}
