import CSocketBatch
import Glibc

/// Room for packets and their addresses, as the system calls want it that take many at once.
final class MessageTable {
    let capacity: Int
    /// Bytes that each packet has room for.
    let packetRoom: Int
    let messages: UnsafeMutablePointer<socket_message>
    private let bytes: UnsafeMutablePointer<UInt8>
    // Large enough for either family.
    private let addresses: UnsafeMutablePointer<sockaddr_in6>
    private let vectors: UnsafeMutablePointer<iovec>

    init(capacity: Int, packetRoom: Int) {
        self.capacity = capacity
        self.packetRoom = packetRoom
        messages = .allocate(capacity: capacity)
        bytes = .allocate(capacity: capacity * packetRoom)
        addresses = .allocate(capacity: capacity)
        vectors = .allocate(capacity: capacity)
        messages.initialize(repeating: socket_message(), count: capacity)
        bytes.initialize(repeating: 0, count: capacity * packetRoom)
        addresses.initialize(repeating: sockaddr_in6(), count: capacity)
        vectors.initialize(repeating: iovec(), count: capacity)
        for index in 0..<capacity {
            vectors[index] = iovec(iov_base: packet(index), iov_len: packetRoom)
            messages[index].header.msg_name = address(index)
            messages[index].header.msg_iov = vectors + index
            messages[index].header.msg_iovlen = 1
        }
    }

    deinit {
        messages.deallocate()
        bytes.deallocate()
        addresses.deallocate()
        vectors.deallocate()
    }

    /// Where the bytes of a packet lie.
    func packet(_ index: Int) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(bytes + index * packetRoom)
    }

    /// Where the address of a packet lies.
    func address(_ index: Int) -> UnsafeMutableRawPointer { UnsafeMutableRawPointer(addresses + index) }

    /// Says how long a packet that is to be sent is.
    func setLength(_ length: Int, of index: Int) { vectors[index].iov_len = length }

    /// The bytes that an address may have.
    static let addressRoom = socklen_t(MemoryLayout<sockaddr_in6>.size)
}
