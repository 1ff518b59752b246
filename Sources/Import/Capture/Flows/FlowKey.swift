package import Wire

/// The two ends of a connection, in an order that does not depend on who speaks, and what it travels in.
package struct FlowKey: Hashable, Sendable {
    package let lower: FlowEnd
    package let upper: FlowEnd
    package let transport: Transport
    /// As in `Packet.path`.
    let path: UInt64

    init(_ packet: Packet) { self.init(packet, path: packet.path) }

    /// The key that the packet would have in another VLAN.
    init(_ packet: Packet, path: UInt64) {
        self.path = path
        let source = FlowEnd(address: packet.source, port: packet.sourcePort)
        let destination = FlowEnd(address: packet.destination, port: packet.destinationPort)
        let isOrdered = !(destination < source)
        lower = isOrdered ? source : destination
        upper = isOrdered ? destination : source
        transport = packet.transport
    }

    /// Which end sent the packet: 0 is `lower`.
    func side(_ packet: Packet) -> Int {
        packet.source == lower.address && packet.sourcePort == lower.port ? 0 : 1
    }

    func end(_ side: Int) -> FlowEnd { side == 0 ? lower : upper }
}

/// One end of a connection.
package struct FlowEnd: Hashable, Comparable, Sendable {
    package let address: IPAddress
    package let port: UInt16

    package static func < (one: FlowEnd, other: FlowEnd) -> Bool {
        one.address == other.address ? one.port < other.port : one.address < other.address
    }
}
