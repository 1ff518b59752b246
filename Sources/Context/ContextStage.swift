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
    private let picker = RecordPicker(RecordFacts.fields)
    /// Records of which something is being looked up.
    package private(set) var open = 0
    /// Records whose names were not to be looked up.
    private(set) var passedOver = 0

    /// - Parameters:
    ///   - suffixes: needed for names.
    ///   - history: nil to say nothing of time.
    package init(
        on loop: EventLoop,
        _ options: ContextOptions,
        suffixes: PublicSuffixList?,
        hosting: HostingDesk?,
        history: (any ContextHistory)?
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
    }

    /// What became of the questions about names.
    package var counts: NameInquirer.Counts { names?.inquirer.counts ?? NameInquirer.Counts() }

    /// Whether names are looked up and no name server ever answered.
    package var isUnheard: Bool {
        names.map { !$0.inquirer.hasHeard && $0.inquirer.counts.asked > 0 } ?? false
    }

    /// Damage that was met in files.
    var faults: [String] { hosting?.faults ?? [] }

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
    ///   - asksOthers: whether there is time to ask name servers, and for revocation lists.
    ///   - completion: called once, perhaps before this returns.
    package func look(
        at line: some Collection<UInt8>,
        asksOthers: Bool = true,
        _ completion: @escaping (RecordContext) -> Void
    ) {
        var context = RecordContext()
        guard (try? picker.read(line)) != nil else { return completion(context) }
        let facts = RecordFacts(picker)
        if let address = facts.address { context.hosting = hosting?.look(address) }
        context.transparency = transparency?.look(picker, facts)
        context.time = history?.look(
            certificate: facts.leaf?.lowercased(),
            names: facts.names,
            address: facts.address?.unmapped.description
        )
        open += 1
        let pending = PendingContext(context) { [self] context in
            open -= 1
            completion(context)
        }
        if let revocation {
            pending.missing += 1
            revocation.look(picker, facts, asksLists: asksOthers) {
                pending.context.revocation = $0
                pending.done()
            }
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
