package import Net
import Foundation
import Observations
package import PublicSuffix
import Wire

/// Looks up what stands around records, on an event loop of its own thread.
///
/// What is in files or in the record is told at once; where names point is asked, and told when the answers
/// are there or nobody answers.
package final class ContextStage {
    private let loop: EventLoop
    private let names: NamesDesk?
    private let hosting: HostingDesk?
    private let revocation: RevocationDesk?
    private let transparency: TransparencyDesk?
    private let history: (any ContextHistory)?
    private let nameHistory: (any NameHistory)?
    private let readingFaults: [String]
    private let picker = RecordPicker(RecordFacts.fields)
    private var leaves = KnownLeaves()
    /// Records of which something is being looked up.
    package private(set) var open = 0
    /// Records whose names were not to be looked up.
    private(set) var passedOver = 0

    /// - Parameters:
    ///   - suffixes: needed for names.
    ///   - history: nil to say nothing of time.
    ///   - nameHistory: nil to say nothing of which names pointed where.
    ///   - faults: what of files was not read, to be said with what is met here.
    package init(
        on loop: EventLoop,
        _ options: ContextOptions,
        suffixes: PublicSuffixList?,
        hosting: HostingDesk?,
        history: (any ContextHistory)?,
        nameHistory: (any NameHistory)? = nil,
        faults: [String] = []
    ) throws {
        self.loop = loop
        if let names = options.names, let suffixes {
            self.names = NamesDesk(try NameInquirer(on: loop, names), suffixes, on: loop)
        } else {
            names = nil
        }
        self.hosting = hosting
        let lists = try options.lists.map { try RevocationLists(on: loop, $0) }
        revocation = options.revocation || lists != nil ? RevocationDesk(lists) : nil
        transparency = options.logs.map { TransparencyDesk($0) }
        self.history = history
        self.nameHistory = nameHistory
        readingFaults = faults
    }

    /// What became of the questions about names.
    package var counts: NameInquirer.Counts { names?.inquirer.counts ?? NameInquirer.Counts() }

    /// Whether names are looked up and no name server ever answered.
    package var isUnheard: Bool {
        names.map { !$0.inquirer.hasHeard && $0.inquirer.counts.asked > 0 } ?? false
    }

    /// Damage that was met in files.
    var faults: [String] {
        readingFaults + (hosting?.faults ?? []) + [history?.fault, nameHistory?.fault].compactMap(\.self)
    }

    /// Files that said nothing of any address.
    var silentFiles: [String] { hosting?.silent ?? [] }

    /// What became of revocation lists.
    var lists: RevocationLists.Counts { revocation?.lists?.counts ?? RevocationLists.Counts() }

    /// Ends the questions to name servers that wait: their records get what is known.
    package func giveUpNames() { names?.inquirer.giveUp() }

    /// The same of revocation lists.
    package func giveUpLists() { revocation?.lists?.giveUp() }

    /// Looks up what stands around a record.
    ///
    /// - Parameters:
    ///   - line: a record, without its line end.
    ///   - subject: what is known of it; nil where the record has to be read for that.
    ///   - asksOthers: whether there is time to ask name servers, and for revocation lists.
    ///   - completion: called once, perhaps before this returns.
    package func look(
        at line: some Collection<UInt8>,
        subject: ContextSubject? = nil,
        asksOthers: Bool = true,
        _ completion: @escaping (RecordContext) -> Void
    ) {
        var context = RecordContext()
        let known = subject.flatMap(knownFacts)
        guard known != nil || (try? picker.read(line)) != nil else { return completion(context) }
        let facts = known ?? RecordFacts(picker)
        if let address = facts.address { context.hosting = hosting?.look(address) }
        if known == nil { context.transparency = transparency?.look(picker) }
        context.time = history?.look(
            certificate: facts.leaf?.lowercased(),
            names: facts.names,
            address: facts.address?.unmapped.description
        )
        if let nameHistory, let address = facts.address {
            context.pastNames = nameHistory.look(address: address.unmapped.description, names: facts.names)
        }
        open += 1
        let pending = PendingContext(context) { [self] context in
            open -= 1
            completion(context)
        }
        if known != nil {
            pending.context.revocation = subject?.leaf.flatMap { leaves[$0]?.revocation }
        } else if let revocation {
            pending.missing += 1
            revocation.look(picker, facts, asksLists: asksOthers) {
                pending.context.revocation = $0
                pending.done()
            }
        }
        if known == nil, let subject, let leaf = subject.leaf, canRemember(subject) {
            // Without lists and staples all of it is said by now.
            leaves.remember(leaf, facts, pending.context.revocation)
        }
        if let names, facts.address != nil {
            if asksOthers {
                pending.missing += 1
                names.look(facts) {
                    pending.context.names = $0
                    pending.done()
                }
            } else {
                passedOver += 1
                pending.context.names = .passedOver
            }
        }
        pending.done()
    }
}

extension ContextStage {
    /// Whether what is said of a certificate holds for each record that shows it.
    private func canRemember(_ subject: ContextSubject) -> Bool {
        transparency == nil && (revocation == nil || revocation?.lists == nil && !subject.hasStaple)
    }

    /// What a record has to be looked up by, without reading it; nil where it has to be read.
    private func knownFacts(_ subject: ContextSubject) -> RecordFacts? {
        guard canRemember(subject) else { return nil }
        guard let digest = subject.leaf else {
            return RecordFacts(address: subject.address, time: subject.time)
        }
        guard var facts = leaves[digest]?.facts else { return nil }
        facts.address = subject.address
        facts.time = subject.time
        return facts
    }
}

/// A record's context while parts of it are looked up.
private final class PendingContext {
    var context: RecordContext
    /// Parts that are not there; the one who puts the questions counts as one.
    var missing = 1
    private let completion: (RecordContext) -> Void

    init(_ context: RecordContext, _ completion: @escaping (RecordContext) -> Void) {
        self.context = context
        self.completion = completion
    }

    func done() {
        missing -= 1
        if missing == 0 { completion(context) }
    }
}
