import Bytes
package import Wire

extension RecordPicker {
    /// Whether the line that was read is a record of an endpoint, or of a target that could not be one.
    ///
    /// What nobody can have observed, a port beyond the last or a time of no calendar, makes it none: who
    /// compares with it would speak of an endpoint that is not there. A finding is about an endpoint and no
    /// record of one, and a log's entry answers on none, whatever address somebody wrote beside it. Asks for
    /// `timestamp`, `dataset`, `address`, `ip` and `port`.
    package var isOfEndpoint: Bool {
        if let name = text(.dataset) {
            guard let dataset = RecordDataset(rawValue: name), dataset != .logged else { return false }
        }
        guard has(.address) || has(.ip) else { return false }
        guard !has(.port) || integer(.port).map({ 0...65535 ~= $0 }) ?? false else { return false }
        return text(.timestamp).map { RFC3339.milliseconds($0) != nil } ?? true
    }

    /// Whether the line that was read is one that our commands write: a record, a finding or a correlation.
    ///
    /// A line that does not say what it is has to hold an endpoint or a certificate. Asks for what
    /// `isOfEndpoint` asks for, and for `sha256`.
    package var isLineOfOurs: Bool {
        guard let name = text(.dataset) else { return isOfEndpoint || has(.sha256) }
        return LineKind.allCases.contains { $0.datasets.contains(name) }
    }

    /// Reads a line of a file, all of it, and says whether it is a record of an endpoint.
    ///
    /// - Parameter line: with `padding` readable bytes behind it.
    package func readsEndpoint(padded line: UnsafeRawBufferPointer) -> Bool {
        (try? read(padded: line)) != nil && isOfEndpoint && (try? checkWhole()) != nil
    }
}

extension Transport {
    /// What carried the connections of a record: TCP where it does not say.
    package init(_ record: RecordPicker) {
        self = record.text(.transport).flatMap(Transport.init) ?? .tcp
    }
}
