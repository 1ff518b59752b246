import CSimdjson
import Glibc

/// Reads observations from NDJSON, one line at a time, into the fields that it knows.
///
/// The one way from JSON to all fields, for matching, leads and reports. What compares and stores whole
/// sweeps reads a few fields, and some of them as the JSON that they are: the module `Corpus` picks those. A
/// reader keeps its memory from line to line and belongs to one thread. Members that are no field are passed
/// over; keys with dots (`"tls.server.jarm": …`) are as good as nested objects.
package final class ObservationReader {
    /// The names by field id: `Field.all` in its order, then the members of maps that were asked for.
    package let names: [String]
    private let reader: OpaquePointer
    private var line = csj_line()

    /// - Parameters:
    ///   - members: names below a field of kind `map` that get an id of their own:
    ///     `http.response.header.server`.
    ///   - skipping: fields that are left out, such as the base64 of whole certificates.
    package init(members: [String] = [], skipping: Set<String> = ObservationReader.bulk) {
        let kinds = Field.all.map { kindCode($0.kind) } + members.map { _ in UInt8(CSJ_KEYWORD) }
        names = Field.all.map(\.name) + members
        var texts = names.map { strdup($0).map { UnsafePointer($0) } }
        let skip = names.map { UInt8(skipping.contains($0) ? 1 : 0) }
        guard let reader = csj_new(&texts, kinds, skip, names.count) else {
            preconditionFailure("no memory for a JSON parser")
        }
        self.reader = reader
        for text in texts { free(UnsafeMutablePointer(mutating: text)) }
    }

    deinit { csj_free(reader) }

    /// Fields that hold kilobytes of base64, which few readers want.
    package static let bulk: Set<String> = [
        "tls.server.certificate_chain", "hallmark.tls.ocsp_response", "hallmark.tls.scts",
        "hallmark.not_tls.bytes",
    ]

    /// The id of a field, to be asked for once.
    package func id(of name: String) -> Int? { names.firstIndex(of: name) }

    /// Reads one line; the view holds until the next one is read.
    ///
    /// - Parameter padded: 64 bytes after the line may be read as well, so that it need not be copied.
    package func read(
        _ text: UnsafeBufferPointer<UInt8>,
        padded: Bool = false
    ) throws(ObservationSyntaxError) -> FieldView {
        let code = csj_read(reader, text.baseAddress, text.count, padded ? 1 : 0, &line)
        guard code == 0 else {
            throw ObservationSyntaxError(message: String(cString: csj_error(code)))
        }
        return FieldView(line: line)
    }

    /// Reads one line; the view holds until the next one is read.
    package func read(_ text: Span<UInt8>) throws(ObservationSyntaxError) -> FieldView {
        try text.withUnsafeBufferPointer { bytes throws(ObservationSyntaxError) in try read(bytes) }
    }
}

/// A line that is not a JSON object, or not an observation.
package struct ObservationSyntaxError: Error, CustomStringConvertible {
    package let message: String
    /// Whether it is a JSON object of somebody else's.
    package private(set) var isForeign = false
    /// Whether it is a line of our own that is no record, to be passed over (`ConclusionLines`).
    package private(set) var isConclusion = false

    init(message: String) { self.message = message }

    /// The error of a line that was read and is no record.
    package init(_ fault: RecordFault) {
        message = fault == .foreign ? Self.foreign.message : fault.description
        isForeign = fault == .foreign
    }

    /// The error of a JSON object that holds nothing that observations hold.
    package static var foreign: ObservationSyntaxError {
        var error = ObservationSyntaxError(
            message: "a JSON object that is no observation of 'hallmark scan', of which nothing is matched"
        )
        error.isForeign = true
        return error
    }

    /// The error of a finding or a count of a correlation rule, where records are read.
    package static var conclusion: ObservationSyntaxError {
        var error = ObservationSyntaxError(message: "a finding or a correlation, and no observation")
        error.isConclusion = true
        return error
    }

    package var description: String { message }
}

private func kindCode(_ kind: Field.Kind) -> UInt8 {
    switch kind {
    case .keyword: UInt8(CSJ_KEYWORD)
    case .long: UInt8(CSJ_LONG)
    case .boolean: UInt8(CSJ_BOOLEAN)
    case .date: UInt8(CSJ_DATE)
    case .ip: UInt8(CSJ_IP)
    case .pairs: UInt8(CSJ_PAIRS)
    case .map: UInt8(CSJ_MAP)
    case .objects: UInt8(CSJ_OBJECTS)
    }
}
