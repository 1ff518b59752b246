import Wire

/// Some neighbouring addresses with the same ports.
struct AddressPiece: Sendable {
    var keys: AddressKeys
    /// A number in the port table that goes with it.
    var ports: UInt32
    /// Where the piece stands in the order as given.
    var order: UInt32
    /// Whether it is part of a range rather than named alone.
    var isSwept: Bool
}

extension AddressPiece {
    /// Calls `body` with pieces without overlap that hold the same endpoints, by address.
    ///
    /// Where pieces overlap, the parts get the union of the ports, the place in the order of the piece
    /// that starts last, and count as swept only if nothing names them alone.
    static func merge(
        _ pieces: consuming [AddressPiece],
        ports: inout PortTable,
        _ body: (AddressPiece, inout PortTable) -> Void
    ) {
        pieces.sort {
            $0.keys.first != $1.keys.first ? $0.keys.first < $1.keys.first : $0.order > $1.order
        }
        var start = 0
        while start < pieces.count {
            var end = start + 1
            var last = pieces[start].keys.last
            while end < pieces.count, pieces[end].keys.first <= last {
                last = max(last, pieces[end].keys.last)
                end += 1
            }
            if end == start + 1 {
                body(pieces[start], &ports)
            } else {
                var group = Overlap(pieces[start..<end])
                for part in group.resolve(&ports) { body(part, &ports) }
            }
            start = end
        }
    }
}

/// Pieces that hang together, taken apart from left to right.
private struct Overlap {
    /// By first address; of those with the same, the one first in the order comes last.
    private let pieces: ArraySlice<AddressPiece>
    private let byEnd: [Int]
    /// How many of the pieces at the current place have a port set and are swept or not.
    private var active: [Kind: Int] = [:]
    /// The pieces begun so far, some of them over.
    private var begun: [Int] = []

    private struct Kind: Hashable {
        var ports: UInt32
        var isSwept: Bool
    }

    init(_ pieces: ArraySlice<AddressPiece>) {
        self.pieces = pieces
        byEnd = pieces.indices.sorted { pieces[$0].keys.last < pieces[$1].keys.last }
    }

    mutating func resolve(_ ports: inout PortTable) -> [AddressPiece] {
        var result: [AddressPiece] = []
        var next = pieces.startIndex
        var ended = 0
        var place = pieces[next].keys.first
        while ended < byEnd.count {
            while next < pieces.endIndex, pieces[next].keys.first == place {
                active[kind(next), default: 0] += 1
                begun.append(next)
                next += 1
            }
            var last = pieces[byEnd[ended]].keys.last
            if next < pieces.endIndex { last = min(last, pieces[next].keys.first - 1) }
            while let top = begun.last, pieces[top].keys.last < place { begun.removeLast() }
            let part = AddressPiece(
                keys: AddressKeys(first: place, last: last),
                ports: ports.union(active.keys.map(\.ports)),
                order: begun.last.map { pieces[$0].order } ?? 0,
                isSwept: active.keys.allSatisfy(\.isSwept)
            )
            if let previous = result.last, previous.continues(with: part) {
                result[result.count - 1].keys.last = last
            } else {
                result.append(part)
            }
            while ended < byEnd.count, pieces[byEnd[ended]].keys.last == last {
                let kind = kind(byEnd[ended])
                if let count = active[kind], count > 1 {
                    active[kind] = count - 1
                } else {
                    active[kind] = nil
                }
                ended += 1
            }
            guard last < .max else { break }
            place = last + 1
        }
        return result
    }

    private func kind(_ index: Int) -> Kind {
        Kind(ports: pieces[index].ports, isSwept: pieces[index].isSwept)
    }
}

extension AddressPiece {
    fileprivate func continues(with next: AddressPiece) -> Bool {
        ports == next.ports && order == next.order && isSwept == next.isSwept
    }
}
