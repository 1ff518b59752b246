package import Wire

extension RecordPicker {
    /// Whether the line that was read is one that our commands write: a record, a finding or a correlation.
    ///
    /// Asks for `RecordField.judged`.
    package var isLineOfOurs: Bool { verdict.fault == nil }

    /// The address of the endpoint in the one spelling by which endpoints are told apart; nil where there is
    /// none.
    package var endpointAddress: String? { text(.ip).map { IPAddress.canonical($0) } }

    /// Reads a line of a file, all of it, and says whether it is a record, of whatever.
    ///
    /// - Parameter line: with `padding` readable bytes behind it.
    package func readsRecord(padded line: UnsafeRawBufferPointer) -> Bool {
        (try? read(padded: line)) != nil && verdict.isRecord && (try? checkWhole()) != nil
    }

    /// Reads a line of a file, all of it, and says whether it is a record of an endpoint.
    ///
    /// - Parameter line: with `padding` readable bytes behind it.
    package func readsEndpoint(padded line: UnsafeRawBufferPointer) -> Bool {
        (try? read(padded: line)) != nil && verdict == .endpoint && (try? checkWhole()) != nil
    }
}

extension Transport {
    /// What carried the connections of a record: TCP where it does not say.
    package init(_ record: RecordPicker) {
        self = record.text(.transport).flatMap(Transport.init) ?? .tcp
    }
}
