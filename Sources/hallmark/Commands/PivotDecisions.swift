import Corpus
import Decisions

/// What was decided to be blocked or escalated, for the results of a pivot.
///
/// That something shares a mark with an earlier case is what a person who pivots wants to hear first.
struct PivotDecisions {
    private let index: DecisionIndex
    /// Whether all decisions could be read; what could not was said.
    let isWhole: Bool

    /// Reads the decisions that a corpus remembers.
    init(corpus path: String) throws {
        var reader = DecisionReader()
        try reader.add(corpus: path)
        index = DecisionIndex(reader.decisions, now: reader.now)
        isWhole = reader.isWhole
    }

    /// Adds to the seeds and the results of an answer what was decided of them.
    func mark(_ answer: inout PivotAnswer) {
        guard !index.isEmpty else { return }
        for place in answer.seeds.indices { mark(&answer.seeds[place]) }
        for place in answer.results.indices { mark(&answer.results[place]) }
    }

    private func mark(_ result: inout PivotResult) {
        var subjects = [DecisionSubject(.certificate, result.sha256)]
        for place in result.places {
            // Its port, and the decisions that are about all ports of the host.
            guard let endpoint = DecisionSubject(.endpoint, place.endpoint) else { continue }
            subjects.append(endpoint)
            if case .endpoint(let host, let port?) = endpoint {
                subjects.append(.endpoint(host: host, port: nil))
                if let name = DecisionSubject(.endpoint, place.name), case .endpoint(let name, _) = name {
                    subjects.append(.endpoint(host: name, port: port))
                    subjects.append(.endpoint(host: name, port: nil))
                }
            }
        }
        for shared in result.shared {
            subjects.append(.mark(field: shared.mark.kind.field, value: shared.mark.value))
            guard shared.mark.kind.field == "hallmark.certificate.spki_sha256" else { continue }
            subjects.append(DecisionSubject(.key, shared.mark.value))
        }
        result.decisions = index.grave(subjects.compactMap(\.self)).map {
            PastDecision(
                subject: $0.subject.value,
                verdict: $0.verdict.rawValue,
                because: $0.because,
                reference: $0.reference
            )
        }
    }
}
