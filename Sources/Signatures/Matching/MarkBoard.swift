import CVectorscan
import Observations

/// Which tests hold in the observation at hand, and which rules are to be evaluated for it.
///
/// It lies in memory of its own, so that Vectorscan's callback finds it by its address. Marks carry the
/// moment at which they were made; a new observation is a new moment, so that nothing has to be wiped.
struct MarkBoard {
    private let plans: UnsafePointer<RuleSet.FieldPlan>
    private let presentRules: UnsafePointer<Int32>
    private let triggerStarts: UnsafePointer<Int32>
    private let triggered: UnsafePointer<Int32>
    private let exact: ExactTable.View
    private let atomCount: Int
    private let ruleCount: Int
    private var patternScratch: OpaquePointer?
    /// By atom: when it was last seen to hold, when not to, the value that did it, and where in the value a
    /// pattern ends.
    private let held: UnsafeMutablePointer<UInt32>
    private let failed: UnsafeMutablePointer<UInt32>
    private let values: UnsafeMutablePointer<Int32>
    private let ends: UnsafeMutablePointer<UInt32>
    /// By rule: when it was last noted to be evaluated, and when it last matched.
    private let noted: UnsafeMutablePointer<UInt32>
    private let hit: UnsafeMutablePointer<UInt32>
    let candidates: UnsafeMutablePointer<Int32>
    private(set) var candidateCount = 0
    /// Moments: of what all exchanges share, and of the exchange at hand.
    private var shared: UInt32 = 0
    private var current: UInt32 = 0
    private var valueIndex: Int32 = 0

    /// The rule set must outlive it.
    init(_ set: RuleSet) {
        plans = set.tables.plans.base
        presentRules = set.tables.presentRules.base
        triggerStarts = set.tables.triggerStarts.base
        triggered = set.tables.triggered.base
        exact = set.tables.exact.view
        atomCount = set.atoms.count
        ruleCount = set.ruleCount
        for database in set.databases { hs_alloc_scratch(database.handle, &patternScratch) }
        held = Self.zeros(atomCount)
        failed = Self.zeros(atomCount)
        values = Self.zeros(atomCount)
        ends = Self.zeros(atomCount)
        noted = Self.zeros(ruleCount)
        hit = Self.zeros(ruleCount)
        candidates = Self.zeros(2 * ruleCount)
    }

    func free() {
        hs_free_scratch(patternScratch)
        held.deallocate()
        failed.deallocate()
        values.deallocate()
        ends.deallocate()
        noted.deallocate()
        hit.deallocate()
        candidates.deallocate()
    }

    private static func zeros<Number: FixedWidthInteger>(_ count: Int) -> UnsafeMutablePointer<Number> {
        let memory = UnsafeMutablePointer<Number>.allocate(capacity: count + 1)
        memory.initialize(repeating: 0, count: count + 1)
        return memory
    }

    /// A new observation.
    mutating func begin() {
        if current > UInt32.max - 1000 {
            held.update(repeating: 0, count: atomCount)
            failed.update(repeating: 0, count: atomCount)
            noted.update(repeating: 0, count: ruleCount)
            hit.update(repeating: 0, count: ruleCount)
            current = 0
        }
        current += 1
        shared = current
        candidateCount = 0
    }

    /// A new exchange of the same observation; the rules that shared fields call for stay noted.
    mutating func beginExchange(keeping count: Int) {
        current += 1
        candidateCount = count
    }

    /// Marks the tests that a value answers.
    ///
    /// Static and by address, because the callback below changes the same board.
    @inline(__always)
    static func look(_ value: FieldValue, _ index: Int, _ board: UnsafeMutablePointer<MarkBoard>) {
        let plan = board.pointee.plans[value.field]
        if !value.isMarker, plan.lengths != 0 || plan.database != nil {
            board.pointee.valueIndex = Int32(truncatingIfNeeded: index)
            let bytes = value.bytes
            if plan.lengths & (1 << UInt64(min(63, bytes.count))) != 0 {
                board.pointee.exact.find(value.field, bytes) { board.pointee.mark($0, end: 0) }
            }
            if let database = plan.database { scan(bytes, database, board) }
        }
        for place in plan.presentStart..<plan.presentEnd {
            board.pointee.note(board.pointee.presentRules[Int(place)])
        }
    }

    private static func scan(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ database: OpaquePointer,
        _ board: UnsafeMutablePointer<MarkBoard>
    ) {
        guard let start = bytes.baseAddress else { return }
        hs_scan(
            database,
            UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self),
            UInt32(truncatingIfNeeded: bytes.count),
            0,
            board.pointee.patternScratch,
            { atom, _, end, _, context in
                context?.assumingMemoryBound(to: MarkBoard.self).pointee
                    .mark(Int32(bitPattern: atom), end: UInt32(truncatingIfNeeded: end))
                return 0
            },
            board
        )
    }

    private mutating func mark(_ atom: Int32, end: UInt32) {
        let index = Int(atom)
        if held[index] == shared || held[index] == current { return }
        held[index] = current
        values[index] = valueIndex
        ends[index] = end
        for place in triggerStarts[index]..<triggerStarts[index + 1] { note(triggered[Int(place)]) }
    }

    private mutating func note(_ rule: Int32) {
        let index = Int(rule)
        if noted[index] == shared || noted[index] == current { return }
        noted[index] = current
        candidates[candidateCount] = rule
        candidateCount += 1
    }

    /// What is known of a test; nil when nothing is.
    func truth(of atom: Int) -> Bool? {
        if held[atom] == shared || held[atom] == current { return true }
        if failed[atom] == shared || failed[atom] == current { return false }
        return nil
    }

    /// Notes what came of evaluating a test: the place of the value that answers it, or nil.
    mutating func set(_ atom: Int, _ value: Int?, isShared: Bool) {
        let moment = isShared ? shared : current
        guard let value else {
            failed[atom] = moment
            return
        }
        held[atom] = moment
        values[atom] = Int32(truncatingIfNeeded: value)
    }

    func hasMatched(_ rule: Int) -> Bool { hit[rule] >= shared }

    mutating func matched(_ rule: Int) { hit[rule] = current }

    /// The value that answers a test that holds, and where in it a pattern ends.
    func place(of atom: Int) -> (value: Int, end: Int) { (Int(values[atom]), Int(ends[atom])) }
}
