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
    private let history: (any ContextHistory)?
    private let picker = RecordPicker(RecordFacts.fields)
    /// Records whose names are being looked up.
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
    ) throws(DNSSetupError) {
        self.loop = loop
        if let names = options.names, let suffixes {
            self.names = NamesDesk(try NameInquirer(on: loop, names), suffixes, on: loop)
        } else {
            names = nil
        }
        self.hosting = hosting
        revocation = options.revocation ? RevocationDesk() : nil
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

    /// Ends the questions that wait: their records get what is known.
    package func giveUp() { names?.inquirer.giveUp() }

    /// Looks up what stands around a record.
    ///
    /// - Parameters:
    ///   - line: a record, without its line end.
    ///   - asksNames: whether there is time to look up names.
    ///   - completion: called once, perhaps before this returns.
    package func look(
        at line: some Collection<UInt8>,
        asksNames: Bool = true,
        _ completion: @escaping (RecordContext) -> Void
    ) {
        var context = RecordContext()
        guard (try? picker.read(line)) != nil else { return completion(context) }
        let facts = RecordFacts(picker)
        if let address = facts.address { context.hosting = hosting?.look(address) }
        context.revocation = revocation?.look(picker, facts)
        context.time = history?.look(
            certificate: facts.leaf?.lowercased(),
            names: facts.names,
            address: facts.address?.unmapped.description
        )
        guard let names, facts.address != nil else { return completion(context) }
        guard asksNames else {
            passedOver += 1
            context.names = .passedOver
            return completion(context)
        }
        open += 1
        names.look(facts) { [self, context] found in
            open -= 1
            var context = context
            context.names = found
            completion(context)
        }
    }
}
