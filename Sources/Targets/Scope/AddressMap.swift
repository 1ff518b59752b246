import Bytes
import Wire

/// Which ports of which addresses a list of patterns holds: sorted pieces, found by binary search.
struct AddressMap: Sendable {
    private var pieces: [AddressPiece] = []
    private var table = PortTable()

    /// Adds addresses; `finish` comes before any question.
    mutating func add(_ keys: AddressKeys, _ ports: PortSet) {
        pieces.append(AddressPiece(keys: keys, ports: table.number(of: ports), order: 0, isSwept: true))
    }

    mutating func finish() {
        var given: [AddressPiece] = []
        swap(&given, &pieces)
        AddressPiece.merge(consume given, ports: &table) { piece, _ in pieces.append(piece) }
        table.finish()
    }

    var isEmpty: Bool { pieces.isEmpty }

    /// The ports that the map holds at an address.
    func ports(at address: IPAddress) -> PortSet? {
        let key = address.key
        let next = pieces.partitioningIndex { $0.keys.first > key }
        guard next > 0, pieces[next - 1].keys.last >= key else { return nil }
        return table[pieces[next - 1].ports]
    }

    /// Calls `body` with the parts of `keys` from left to right, each with the ports that the map has there.
    func cut(_ keys: AddressKeys, _ body: (AddressKeys, PortSet?) -> Void) {
        var place = keys.first
        var index = pieces.partitioningIndex { $0.keys.last >= keys.first }
        while index < pieces.count, pieces[index].keys.first <= keys.last {
            let piece = pieces[index]
            if piece.keys.first > place {
                body(AddressKeys(first: place, last: piece.keys.first - 1), nil)
                place = piece.keys.first
            }
            let last = min(piece.keys.last, keys.last)
            body(AddressKeys(first: place, last: last), table[piece.ports])
            guard last < keys.last else { return }
            place = last + 1
            index += 1
        }
        body(AddressKeys(first: place, last: keys.last), nil)
    }
}
