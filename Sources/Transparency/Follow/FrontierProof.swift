import Bytes

/// Gets the tree of a log's first entries without reading them, and proves it against a head.
final class FrontierProof {
    private let log: LogDescription
    private let requests: LogRequests
    private let head: TreeHead
    private var tiles: [TileFrontier.Place: HashTile] = [:]

    enum Outcome: Equatable {
        case proven(CollapsedTree)
        /// The log gives no answer to it: that is no evidence of anything.
        case refused(String)
        /// Its answers do not lead to its head, twice.
        case contradicted

        init(_ tree: CollapsedTree?) { self = tree.map { .proven($0) } ?? .contradicted }
    }

    init(_ log: LogDescription, _ requests: LogRequests, _ head: TreeHead) {
        (self.log, self.requests, self.head) = (log, requests, head)
    }

    func prove(_ start: UInt64, _ completion: @escaping (Outcome) -> Void) {
        ask(start) { [self] outcome in
            guard outcome == .contradicted else { return completion(outcome) }
            // What a cache or a proxy has mixed up is another thing the next time; what the log says stays.
            requests.later { [self] in
                tiles = [:]
                ask(start, completion)
            }
        }
    }

    private func ask(_ start: UInt64, _ completion: @escaping (Outcome) -> Void) {
        if start == 0 { return completion(.proven(CollapsedTree())) }
        switch log.interface {
        case .rfc6962: askEntry(start - 1, completion)
        case .staticTiles: askTiles(TileFrontier(head, start: start), completion)
        }
    }

    /// The audit path of the last entry before the start holds all that stands left of it.
    private func askEntry(_ index: UInt64, _ completion: @escaping (Outcome) -> Void) {
        let head = head
        let path = "ct/v1/get-entry-and-proof?leaf_index=\(index)&tree_size=\(head.size)"
        requests.get(path, .entries(FollowOptions().mostBytes)) { [self] status, body in
            guard status == 200, let (entry, path) = try? LogAnswers.entryAndProof(body, index: index) else {
                // Some logs don't have this request: the same in two.
                return askHash(index, completion)
            }
            let tree = MerkleProof.tree(
                endingIn: .leaf(entry.leaf.span),
                at: index,
                size: head.size,
                path: path,
                root: head.root
            )
            completion(Outcome(tree))
        }
    }

    /// Has the log prove an entry by its hash, as it proves what an SCT promises.
    func askHash(_ index: UInt64, _ completion: @escaping (Outcome) -> Void) {
        let head = head
        let bounds = AnswerBounds.entries(FollowOptions().mostBytes)
        requests.get("ct/v1/get-entries?start=\(index)&end=\(index)", bounds) { [self] status, body in
            guard status == 200, let entry = try? LogAnswers.entries(body, first: index, most: 1).first else {
                return completion(
                    .refused(
                        LogRequests.reason(status, most: bounds.bytes) + " (get-entries)"
                    )
                )
            }
            let leaf = TreeHash.leaf(entry.leaf.span)
            let hash = base64(leaf.bytes).percentEncoded
            requests.get("ct/v1/get-proof-by-hash?hash=\(hash)&tree_size=\(head.size)") { status, body in
                guard status == 200, let proof = try? LogAnswers.proof(body) else {
                    return completion(.refused(LogRequests.reason(status) + " (get-proof-by-hash)"))
                }
                // The same leaf may stand at two places.
                guard proof.index == index else {
                    return completion(.refused("it proves entry \(proof.index) (get-proof-by-hash)"))
                }
                let tree = MerkleProof.tree(
                    endingIn: leaf,
                    at: index,
                    size: head.size,
                    path: proof.path,
                    root: head.root
                )
                completion(Outcome(tree))
            }
        }
    }

    private func askTiles(_ frontier: TileFrontier, _ completion: @escaping (Outcome) -> Void) {
        let places = frontier.places
        var left = places.count
        var refusal: String?
        for place in places {
            let full = TilePath.hashes(level: place.level, place.number)
            let path = TilePath.hashes(level: place.level, place.number, width: place.width)
            let take = { [self] (status: Int, body: [UInt8]) in
                if status == 200, let tile = HashTile(body, width: place.width) {
                    tiles[place] = tile
                } else {
                    refusal = LogRequests.reason(status) + " (a tile)"
                }
                left -= 1
                guard left == 0 else { return }
                completion(refusal.map { .refused($0) } ?? Outcome(frontier.tree(tiles)))
            }
            requests.get(path) { [self] status, body in
                // A partial tile may go once the full one is there.
                guard status == 404, place.width < 256 else { return take(status, body) }
                requests.get(full, .small, take)
            }
        }
    }
}
