import Bytes
import Signatures

/// Tells from a certificate's record whether it belongs to software that reads other people's connections.
final class InterceptionProducts {
    /// Adversary-in-the-middle: every rule for such software carries this tag.
    private static let tag = "attack.t1557"
    private let assessor: Assessor
    private let set: RuleSet

    init(_ set: RuleSet) {
        assessor = Assessor(set)
        self.set = set
    }

    /// The product's name, or nil.
    ///
    /// - Parameter line: a record, with its line end.
    func name(_ line: [UInt8]) -> String? {
        var buffer = ByteBuffer(capacity: line.count + 1024)
        buffer.append(line.span.extracting(0..<max(0, line.count - 1)))
        guard let assessment = try? assessor.assess(&buffer) else { return nil }
        for match in assessment.matches where set.rules[match.rule].tags.contains(Self.tag) {
            if let software = set.rules[match.rule].hallmark.software.first { return software.name }
        }
        return nil
    }
}
