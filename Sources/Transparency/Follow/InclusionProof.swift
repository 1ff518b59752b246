import Bytes
package import Fetch
import Net

/// Asks a log whether it holds a leaf, and has it prove that.
package final class InclusionProof {
    package enum Outcome: Equatable, Sendable {
        /// It stands at this place of a tree of that size.
        case included(index: UInt64, size: UInt64)
        /// The log does not have it.
        case missing(size: UInt64)
        /// It could not be found out.
        case unknown(String)
    }

    private let log: LogDescription
    private let fetcher: Fetcher
    private let requests: LogRequests
    private let key: LogKey

    private init?(_ log: LogDescription, _ fetcher: Fetcher) {
        guard let key = LogKey(log.key) else { return nil }
        (self.log, self.fetcher, self.key) = (log, fetcher, key)
        requests = LogRequests(fetcher, log, FollowOptions())
    }

    /// Asks, and waits for the answer.
    ///
    /// - Parameter leaf: the MerkleTreeLeaf that the SCT promises.
    package static func ask(
        _ log: LogDescription,
        leaf: [UInt8],
        timestamp: SignedTimestamp,
        _ network: Fetcher.Options
    ) -> (outcome: Outcome, head: TreeHead?) {
        guard let loop = try? EventLoop(), let fetcher = try? Fetcher(on: loop, network),
            let proof = InclusionProof(log, fetcher)
        else { return (.unknown("the log's key can't be used"), nil) }
        var result: (outcome: Outcome, head: TreeHead?) = (.unknown("there is no answer"), nil)
        proof.requests.onTrouble = { reason in
            guard proof.requests.failures >= 4 else { return }
            result.outcome = .unknown(reason)
            loop.stop()
        }
        proof.requests.onHold = { seconds, _ in
            result.outcome = .unknown(
                "the log asks to be left alone for \(seconds) \(noun("second", for: seconds))"
            )
            loop.stop()
        }
        proof.begin(leaf, timestamp) { outcome, head in
            result = (outcome, head)
            loop.stop()
        }
        loop.run()
        return result
    }

    private func begin(
        _ leaf: [UInt8],
        _ timestamp: SignedTimestamp,
        _ completion: @escaping (Outcome, TreeHead?) -> Void
    ) {
        requests.get(log.interface == .rfc6962 ? "ct/v1/get-sth" : "checkpoint") { [self] status, body in
            let head =
                try? log.interface == .rfc6962
                ? TreeHead(sth: body) : TreeHead(checkpoint: body, logID: log.logID)
            guard status == 200, let head, key.verifies(head.signature, over: head.signedBytes) else {
                return completion(.unknown("the log gives no head that it has signed"), nil)
            }
            let finish = { (outcome: Outcome) in completion(outcome, head) }
            switch log.interface {
            case .rfc6962: askHash(.leaf(leaf.span), head, finish)
            case .staticTiles: askTiles(.leaf(leaf.span), timestamp, head, finish)
            }
        }
    }

    private func askHash(
        _ leaf: TreeHash,
        _ head: TreeHead,
        isSecond: Bool = false,
        _ finish: @escaping (Outcome) -> Void
    ) {
        guard head.size > 0 else { return finish(.missing(size: 0)) }
        let hash = base64(leaf.bytes).percentEncoded
        let last = FrontierProof(log, requests, head)
        requests.get("ct/v1/get-proof-by-hash?hash=\(hash)&tree_size=\(head.size)") { [self] status, body in
            guard status == 200 else {
                // Of the refusals these say that there is no such leaf, if the log proves others.
                guard [400, 404].contains(status) else { return finish(.unknown(LogRequests.reason(status))) }
                return last.askHash(head.size - 1) { [self] outcome in
                    switch outcome {
                    case .proven where isSecond: finish(.missing(size: head.size))
                    case .proven:
                        requests.later { [self] in askHash(leaf, head, isSecond: true, finish) }
                    case .refused: finish(.unknown("it proves no other entry either: status \(status)"))
                    case .contradicted: finish(.unknown("the log's proofs do not lead to its root"))
                    }
                }
            }
            guard let proof = try? LogAnswers.proof(body),
                MerkleProof.root(of: leaf, at: proof.index, size: head.size, path: proof.path) == head.root
            else { return finish(.unknown("the log's proof does not lead to its root")) }
            finish(.included(index: proof.index, size: head.size))
        }
    }

    /// The trees before and behind the entry are proven by tiles: the leaf is what makes the one of the
    /// other.
    private func askTiles(
        _ leaf: TreeHash,
        _ timestamp: SignedTimestamp,
        _ head: TreeHead,
        _ finish: @escaping (Outcome) -> Void
    ) {
        guard let index = timestamp.leafIndex else { return finish(.unknown("the SCT says no place")) }
        guard index < head.size else { return finish(.missing(size: head.size)) }
        let before = FrontierProof(log, requests, head)
        let behind = FrontierProof(log, requests, head)
        before.prove(index) { outcome in
            guard case .proven(var tree) = outcome else { return finish(Self.unknown(outcome)) }
            behind.prove(index + 1) { outcome in
                guard case .proven(let next) = outcome else { return finish(Self.unknown(outcome)) }
                tree.add(leaf: leaf)
                finish(tree == next ? .included(index: index, size: head.size) : .missing(size: head.size))
            }
        }
    }

    private static func unknown(_ outcome: FrontierProof.Outcome) -> Outcome {
        guard case .refused(let reason) = outcome else {
            return .unknown("the log's tiles do not lead to its root")
        }
        return .unknown(reason)
    }
}
