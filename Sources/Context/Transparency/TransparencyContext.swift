import Bytes
package import Transparency

/// What the SCTs that an endpoint shows are worth, held against a list of logs.
package struct TransparencyContext: Equatable, Sendable {
    /// What is odd about them.
    package enum Anomaly: String, CaseIterable, Sendable {
        /// A chain that programs trust, without a valid SCT: browsers refuse it.
        case missing = "missing_sct"
        /// Such a chain with fewer than browsers want.
        case tooFew = "too_few_scts"
        /// An SCT that its log did not sign.
        case invalid = "invalid_sct"
        case unreadable = "unreadable_sct_list"
    }

    /// One SCT.
    package struct Promise: Equatable, Sendable {
        package var source: ShownTimestamps.Source
        package var logID: String
        /// The log's name in the list.
        package var log: String?
        package var operatedBy: String?
        /// Milliseconds since 1970.
        package var time: Int
        package var outcome: TimestampCheck.Outcome
    }

    package var promises: [Promise] = []
    package var anomalies: [Anomaly] = []

    /// - Parameter isTrusted: whether the chain was verified and found valid.
    package init(_ shown: ShownTimestamps, isTrusted: Bool) {
        promises = shown.results.map { source, result in
            Promise(
                source: source,
                logID: result.timestamp.logID.description,
                log: result.log?.name,
                operatedBy: result.log.flatMap { $0.operatedBy.isEmpty ? nil : $0.operatedBy },
                time: Int(clamping: result.timestamp.time),
                outcome: result.outcome
            )
        }
        if isTrusted, shown.isShort { anomalies.append(shown.mayHold ? .tooFew : .missing) }
        if promises.contains(where: { $0.outcome == .invalid }) { anomalies.append(.invalid) }
        if !shown.broken.isEmpty { anomalies.append(.unreadable) }
    }

    var isEmpty: Bool { promises.isEmpty && anomalies.isEmpty }

    func append(to out: inout ByteBuffer) {
        out.object("transparency")
        out.member("valid", promises.count { $0.outcome == .valid })
        out.texts("anomalies", anomalies.map(\.rawValue))
        if !promises.isEmpty {
            out.array("scts")
            for promise in promises {
                out.element()
                out.member("source", word: promise.source.rawValue)
                out.member("log_id", promise.logID)
                if let log = promise.log { out.member("log", log) }
                if let operatedBy = promise.operatedBy { out.member("operator", operatedBy) }
                out.member("timestamp", RFC3339.text(promise.time))
                out.member("outcome", word: promise.outcome.rawValue)
                out.endObject()
            }
            out.endArray()
        }
        out.endObject()
    }
}
