import Bytes
import Wire

/// What a JSON object is to whoever reads records: the one place that decides it.
///
/// Every command asks here, so that a line is a record to all of them or to none. What nobody can have
/// observed (a port beyond the last, a time of no calendar, half a digest) makes it none: who goes on with it
/// would speak of an endpoint that is not there, or say that a certificate is well of which it knows nothing.
package enum RecordVerdict: Equatable, Sendable {
    /// An observation of an endpoint, or of a target that could not be one.
    case endpoint
    /// An observation that names no endpoint: a certificate of a file, what others saw of one alone, or a few
    /// fields, as the example of a rule is.
    case placeless
    /// A certificate of a log, which answers on no endpoint, whatever address somebody wrote beside it.
    case logged
    /// What a comparison found, or a correlation rule counted.
    case conclusion
    case refused(RecordFault)

    package var isRecord: Bool {
        switch self {
        case .endpoint, .placeless, .logged: true
        case .conclusion, .refused: false
        }
    }

    /// Why it is no line of ours; nil for what is one.
    package var fault: RecordFault? {
        if case .refused(let fault) = self { return fault }
        return nil
    }

    /// A line that names an endpoint or says what it is has to say when it was seen.
    package init(_ line: borrowing some RecordFacts) { self = Self.judge(line) }

    private static func judge(_ line: borrowing some RecordFacts) -> RecordVerdict {
        if let frame = line.damagedFrame { return .refused(.frame(frame)) }
        if line.areLeadsDamaged { return .refused(.lead) }
        var dataset: RecordDataset?
        var isFinding = false
        switch line.value(.dataset) {
        case .absent:
            // Without a dataset the module tells whose record it is. A dataset of ours is nobody else's,
            // whatever module the program names that has passed the record on.
            if line.isOfOtherModule { return .refused(.foreign) }
        case .text(let name):
            // Nearly all are of our own scans: no text is made for them.
            if name.elementsEqual(ownName) {
                dataset = .observation
            } else {
                let name = String(decoding: name, as: UTF8.self)
                if LineKind.correlation.datasets.contains(name) { return .conclusion }
                isFinding = LineKind.finding.datasets.contains(name)
                dataset = RecordDataset(rawValue: name)
                guard isFinding || dataset != nil else { return .refused(.foreign) }
            }
        case .number, .truth, .other: return .refused(.foreign)
        }
        var hasTime = false, hasPlace = false, hasCertificate = false
        for fact in RecordFact.held {
            let value = line.value(fact)
            if case .absent = value { continue }
            guard isWell(value, fact) else { return .refused(.damaged(fact)) }
            switch fact {
            case .timestamp: hasTime = true
            case .address, .ip: hasPlace = true
            case .sha256: hasCertificate = true
            default: break
            }
        }
        if dataset == nil, !isFinding, !hasPlace, !hasCertificate {
            return line.hasFieldOfOurs ? .placeless : .refused(.foreign)
        }
        if !hasTime, dataset != nil || isFinding || hasPlace { return .refused(.timeless) }
        if isFinding { return .conclusion }
        if dataset == .logged { return hasCertificate ? .logged : .refused(.nameless) }
        if hasPlace { return .endpoint }
        return hasCertificate || dataset == .imported ? .placeless : .refused(.nameless)
    }

    private static let ownName = Array(RecordDataset.observation.rawValue.utf8)

    private static func isWell(_ value: RecordFactValue, _ fact: RecordFact) -> Bool {
        switch fact {
        case .dataset: return true
        case .timestamp, .notBefore, .notAfter, .begin, .end, .ingested, .firstSighting, .lastSighting:
            guard case .text(let text) = value else { return false }
            return RFC3339.isTime(text)
        case .outcome:
            guard case .text(let text) = value else { return false }
            return isOutcome(text)
        case .address, .keyAlgorithm, .signatureAlgorithm:
            guard case .text = value else { return false }
            return true
        case .ip:
            guard case .text(let text) = value else { return false }
            return IPAddress(text.span) != nil
        case .port:
            guard case .number(let number) = value else { return false }
            return 0...65_535 ~= number
        case .sha256, .key, .body:
            guard case .text(let text) = value else { return false }
            return isDigest(text)
        case .keySize, .lifetime:
            guard case .number = value else { return false }
            return true
        case .selfSigned:
            // Some stores make texts of truth values.
            if case .text(let text) = value { return isTruth(text) }
            guard case .truth = value else { return false }
            return true
        }
    }

    /// The third is ECS's for what can't be said.
    private static func isOutcome(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        ["success", "failure", "unknown"].contains { (word: StaticString) in
            word.withUTF8Buffer { $0.elementsEqual(text) }
        }
    }

    private static func isTruth(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        ["true", "false"].contains { (word: StaticString) in
            word.withUTF8Buffer { $0.elementsEqual(text) }
        }
    }

    private static func isDigest(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        // With colons between the digits, as OpenSSL writes them.
        guard text.count == 64, let start = text.baseAddress else {
            return Digest256(String(decoding: text, as: UTF8.self)) != nil
        }
        // Without a branch, so that the compiler looks at sixteen at once.
        var others: UInt8 = 0
        for place in 0..<64 {
            let byte = start[place]
            let isDigit: UInt8 = byte &- 0x30 < 10 ? 1 : 0
            let isLetter: UInt8 = (byte | 0x20) &- 0x61 < 6 ? 1 : 0
            others |= (isDigit | isLetter) ^ 1
        }
        return others == 0
    }
}

/// Judges lines that an `ObservationReader` has read.
package struct RecordJudge {
    /// By fact: its field's id, or -1.
    private let ids: [Int]
    /// By field id: whether only observations have it.
    private let isTelling: [Bool]

    /// - Parameter names: the reader's.
    package init(names: [String]) {
        ids = RecordFact.allCases.map { names.firstIndex(of: $0.field) ?? -1 }
        isTelling = names.map { name in
            ["tls.", "hallmark.", "http.", "server."].contains { name.hasPrefix($0) }
        }
    }

    package func judge(_ view: FieldView) -> RecordVerdict {
        RecordVerdict(Line(view: view, ids: ids, isTelling: isTelling))
    }

    private struct Line: RecordFacts {
        let view: FieldView
        let ids: [Int]
        let isTelling: [Bool]

        var damagedFrame: RecordFrame? { view.damagedFrame }
        var areLeadsDamaged: Bool {
            view.leads.map { RecordedLead.all(json: $0, JSONTree()) == nil } ?? false
        }
        var isOfOtherModule: Bool { view.isOfOtherModule }
        var hasFieldOfOurs: Bool { (0..<view.count).contains { isTelling[view[$0].field] } }

        func value(_ fact: RecordFact) -> RecordFactValue {
            let id = ids[fact.rawValue]
            guard id >= 0, view.has(id) else { return .absent }
            return view[view.first(id)].fact
        }
    }
}

extension JSONNode: RecordFacts {
    package var damagedFrame: RecordFrame? {
        RecordFrame.all.first { frame in
            guard let count = count(frame, frame.path.utf8[...]) else { return true }
            // Under two spellings of its name: programs differ in which counts. Objects may be told in parts.
            return count > 1 && (frame.isValue || frame.isTexts || frame.isList)
        }
    }

    /// How often a frame stands here, however its name is split at the dots; nil where something else stands
    /// in its place.
    private func count(_ frame: RecordFrame, _ path: Substring.UTF8View) -> Int? {
        var count = 0
        for part in parts where isObject || isArray && part.isObject {
            let key = part.key
            if isArray {
                guard let more = part.count(frame, path) else { return nil }
                count &+= more
            } else if key.elementsEqual(path) {
                if part.isNull { continue }
                guard frame.allows(part) else { return nil }
                count &+= 1
            } else if key.count < path.count, path.starts(with: key), path.dropFirst(key.count).first == 0x2e
            {
                guard let more = part.count(frame, path.dropFirst(key.count + 1)) else { return nil }
                count &+= more
            } else if frame.isList, key.count > path.count, key.starts(with: path), key[path.count] == 0x2e {
                return nil
            }
        }
        return count
    }

    package var areLeadsDamaged: Bool { RecordedLead.all(at("hallmark.leads")) == nil }

    package var isOfOtherModule: Bool {
        values(at: "event.module", most: 16).contains {
            !$0.isNull && !$0.isObject && $0.string != RecordFact.ownModule
        }
    }

    package var hasFieldOfOurs: Bool {
        parts.contains { part in
            let name = part.name.prefix { $0 != "." }
            return !part.isNull && ["tls", "hallmark", "http", "server"].contains(name)
        }
    }

    package func value(_ fact: RecordFact) -> RecordFactValue {
        guard var node = at(fact.field) else { return .absent }
        while node.isArray {
            guard let first = node.parts.first(where: { !$0.isNull }) else { return .absent }
            node = first
        }
        if node.isNull { return .absent }
        if let bytes = node.bytes { return .text(bytes.bindMemory(to: UInt8.self)) }
        if let truth = node.truth { return .truth(truth) }
        return node.wholeNumber.map { .number($0) } ?? .other
    }

    /// What a line that was read as a record is.
    package var verdict: RecordVerdict { RecordVerdict(self) }
}
