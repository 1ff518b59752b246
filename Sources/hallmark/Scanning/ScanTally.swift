import Observations
import Pipeline
import Signatures

/// What a scan came to, counted; each loop counts for itself, and hands its counts over with the records.
struct ScanTally: Sendable {
    var records: UInt64 = 0
    var outcomes: [String: UInt64] = [:]
    var errors: [String: UInt64] = [:]
    /// Endpoints by software and the lead's label.
    var leads: [String: [String: UInt64]] = [:]
    /// How many of these somebody has dismissed, by software.
    var dismissed: [String: UInt64] = [:]
    /// Where the strongest leads of this run are.
    var places = LeadPlaces()
    /// Endpoints that were not looked at, or not by every probe, because of this machine.
    var lostHere: UInt64 = 0
    var highest: LeadLabel?
    /// Endpoints that were looked at further, but not for every mark, and how many marks that were.
    var untested = (endpoints: UInt64(0), marks: UInt64(0))

    mutating func count(_ endpoint: FinishedEndpoint, _ record: PassingRecord) {
        let (assessment, highest) = (record.assessment, record.highest)
        let outcome = endpoint.outcome
        records += 1
        outcomes[outcome.isSuccess ? "success" : "failure", default: 0] += 1
        if let error = outcome.error { errors[error, default: 0] += 1 }
        if outcome.isLostHere { lostHere += 1 }
        if let count = assessment?.coverage?.untestedCount, count > 0 {
            untested.endpoints += 1
            untested.marks += UInt64(count)
        }
        guard let assessment, !assessment.leads.isEmpty else { return }
        for lead in assessment.leads {
            leads[lead.software.name, default: [:]][lead.label.rawValue, default: 0] += 1
            let dismissal = record.dismissals[lead.software.name]
            if dismissal != nil { dismissed[lead.software.name, default: 0] += 1 }
            places.add(LeadPlace(endpoint, lead, dismissal))
        }
        if let label = highest { self.highest = max(self.highest ?? label, label) }
    }

    mutating func add(_ other: ScanTally) {
        records += other.records
        outcomes.merge(other.outcomes, uniquingKeysWith: +)
        errors.merge(other.errors, uniquingKeysWith: +)
        lostHere += other.lostHere
        untested.endpoints += other.untested.endpoints
        untested.marks += other.untested.marks
        for (software, labels) in other.leads {
            leads[software, default: [:]].merge(labels, uniquingKeysWith: +)
        }
        dismissed.merge(other.dismissed, uniquingKeysWith: +)
        places.add(other.places)
        if let label = other.highest { highest = max(highest ?? label, label) }
    }
}

/// How an endpoint's observation ended.
struct RecordOutcome: Sendable {
    let isSuccess: Bool
    /// The error's code.
    let error: String?
    let isLostHere: Bool

    init(_ observation: Observation) {
        isSuccess = observation.isSuccess
        error = observation.error?.code.rawValue
        isLostHere = observation.isLostHere
    }
}
