import Bytes
import Foundation
import Observations
package import YAML

/// One rule file and what stands in it.
package struct RuleFile: Sendable {
    package let path: String
    /// The first folder below the library's root.
    package let family: String
    /// SHA-256 of the file's bytes; empty when they can't be read.
    package private(set) var digest: [UInt8] = []
    package fileprivate(set) var documents: [RuleDocument] = []
    /// What claims to be a rule of ours and can't be read.
    package fileprivate(set) var errors: [YAMLError] = []
    package fileprivate(set) var skipped = SkippedDocuments()
    /// Correlations, which have no log source: whose they are is known when all files are read.
    fileprivate var open: [YAMLNode] = []
    /// Ids and names of the rules that were passed over.
    fileprivate var foreign: Set<String> = []
    /// Parts of log sources that were passed over and are like one that Sigma has, with that one.
    package private(set) var misspeltSources: [String: String] = [:]

    /// The rules, when nothing else stands in the file; nil otherwise.
    var onlyRules: [SigmaRule]? {
        guard errors.isEmpty, skipped.isEmpty, open.isEmpty, foreign.isEmpty, !digest.isEmpty else {
            return nil
        }
        var rules: [SigmaRule] = []
        for document in documents {
            guard case .rule(let rule) = document else { return nil }
            rules.append(rule)
        }
        return rules
    }

    init(path: String, family: String) {
        self.path = path
        self.family = family
    }

    /// A file that was read before and held nothing but rules.
    init(path: String, family: String, digest: [UInt8], rules: [SigmaRule]) {
        self.init(path: path, family: family)
        self.digest = digest
        documents = rules.map { .rule($0) }
    }

    /// Reads a file; whatever is wrong with it becomes an error or is counted.
    mutating func read() {
        guard let data = FileManager.default.contents(atPath: path) else { return fail("can't be read") }
        digest = data.withUnsafeBytes { BodyDigest.sha256($0.bindMemory(to: UInt8.self).span) }
        if data.starts(with: [0x1f, 0x8b]) || data.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) {
            return fail("is packed: unpack it")
        }
        let isWide = data.starts(with: [0xff, 0xfe]) || data.starts(with: [0xfe, 0xff])
        let encoding: String.Encoding = isWide ? .utf16 : .utf8
        guard let text = String(data: data, encoding: encoding) else {
            return refuse(String(decoding: data, as: UTF8.self), "is not UTF-8")
        }
        guard !text.utf8.contains(0) else { return fail("holds bytes that stand in no text") }
        do throws(YAMLError) {
            let nodes = try YAMLReader.parse(text, file: path)
            let isOfSigma1 = nodes.contains { $0["action"] != nil && $0["jobs"] == nil }
            for node in nodes {
                if isOfSigma1, case .otherSource = RuleClaim(unreadable: text) {
                    skipped.otherSources += 1
                } else {
                    add(node)
                }
            }
            if nodes.isEmpty { skipped.noRules += 1 }
        } catch {
            refuse(text, error)
        }
    }

    private mutating func add(_ node: YAMLNode) {
        switch RuleClaim(node) {
        case .noRule: skipped.noRules += 1
        case .otherSource: skip(node)
        case .ours:
            if node["correlation"] != nil {
                open.append(node)
            } else {
                do throws(YAMLError) {
                    documents.append(try RuleReader.read(node, family: family))
                } catch {
                    errors.append(error)
                }
            }
        }
    }

    fileprivate mutating func skip(_ node: YAMLNode) {
        skipped.otherSources += 1
        for key in ["product", "category", "service"] {
            guard let text = node["logsource"]?[key]?.text else { continue }
            if let known = LogSource.knownElsewhere(like: text) { misspeltSources[text] = known }
        }
        for key in ["id", "name"] { if let name = node[key]?.text { foreign.insert(name.lowercased()) } }
    }

    private mutating func fail(_ message: String) {
        errors.append(YAMLError(file: path, line: 1, column: 1, message: message))
    }

    private mutating func refuse(_ text: String, _ message: String) {
        refuse(text, YAMLError(file: path, line: 1, column: 1, message: message))
    }

    private mutating func refuse(_ text: String, _ error: YAMLError) {
        switch RuleClaim(unreadable: text) {
        case .ours: errors.append(error)
        case .otherSource: skipped.otherSources += 1
        case .noRule: skipped.noRules += 1
        }
    }
}

/// What was passed over in folders of rules, in documents.
package struct SkippedDocuments: Sendable, Equatable {
    /// Sigma rules of another log source.
    package var otherSources = 0
    /// YAML that is no Sigma rule.
    package var noRules = 0

    package var isEmpty: Bool { otherSources + noRules == 0 }

    static func + (left: SkippedDocuments, right: SkippedDocuments) -> SkippedDocuments {
        SkippedDocuments(
            otherSources: left.otherSources + right.otherSources,
            noRules: left.noRules + right.noRules
        )
    }
}

extension [RuleFile] {
    /// Reads the correlations, and takes out what refers to rules that are not there.
    ///
    /// A correlation or filter whose rules were all passed over belongs to them, and is passed over as well.
    /// One that names a rule that nobody has would never do anything, and is an error.
    mutating func settle() {
        settleCorrelations()
        settleFilters()
    }

    private mutating func settleCorrelations() {
        var foreign = reduce(into: Set<String>()) { $0.formUnion($1.foreign) }
        var isChanged = true
        while isChanged {
            isChanged = false
            for index in indices {
                for node in self[index].open where node.refersOnly(to: foreign) {
                    self[index].skip(node)
                    foreign.formUnion(self[index].foreign)
                    isChanged = true
                }
                self[index].open.removeAll { $0.refersOnly(to: foreign) }
            }
        }
        for index in indices {
            for node in self[index].open {
                do throws(YAMLError) {
                    self[index].documents.append(try RuleReader.read(node, family: self[index].family))
                } catch {
                    self[index].errors.append(error)
                }
            }
            self[index].open = []
        }
    }

    private mutating func settleFilters() {
        let foreign = reduce(into: Set<String>()) { $0.formUnion($1.foreign) }
        let documents = flatMap(\.documents)
        let references = RuleReferences(documents)
        for index in indices {
            var kept: [RuleDocument] = []
            for document in self[index].documents {
                guard let error = references.problem(document) else {
                    kept.append(document)
                    continue
                }
                if case .filter(let filter) = document,
                    filter.rules.allSatisfy({ foreign.contains($0.lowercased()) })
                {
                    self[index].skipped.otherSources += 1
                } else {
                    self[index].errors.append(error)
                }
            }
            self[index].documents = kept
        }
    }
}

extension YAMLNode {
    /// Whether a correlation names rules, and none but those.
    fileprivate func refersOnly(to names: Set<String>) -> Bool {
        guard let rules = try? self["correlation"]?["rules"]?.strings(), !rules.isEmpty else { return false }
        return rules.allSatisfy { names.contains($0.lowercased()) }
    }
}
