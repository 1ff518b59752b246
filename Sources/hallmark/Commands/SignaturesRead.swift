import Signatures
import Terminal

/// Which rules a run had, for its summary.
struct SignaturesRead: Codable {
    let folders: [String]
    /// Whether they are none but the executable's own.
    let installed: Bool
    let rules: Int
    /// Documents that claim to be rules and can't be read.
    let unread: Int
    let otherLogSources: Int
    let noRules: Int

    enum CodingKeys: String, CodingKey {
        case folders, installed, rules, unread
        case otherLogSources = "other_log_sources"
        case noRules = "no_rules"
    }

    init(_ loaded: LoadedRules) {
        folders = loaded.folders
        installed = loaded.areInstalled
        rules = loaded.set.ruleCount + loaded.set.correlations.count
        unread = loaded.unread.count
        otherLogSources = loaded.skipped.otherSources
        noRules = loaded.skipped.noRules
    }
}

extension LoadedRules {
    /// What a summary for a person says of rules that were not read; empty when all were.
    var report: String {
        unread.isEmpty ? "" : "\n" + counted(unread.count, "rule") + " could not be read"
    }
}
