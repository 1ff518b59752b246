import Bytes
import Observations
import Wire

/// Compares whole sweeps with an inventory, record after record.
///
/// It keeps a few words for each asset's endpoint and each key; the records themselves pass through.
package final class SweepComparison: SweepReader {
    private let engine: FindingEngine
    private let picker = RecordPicker(RecordField.compared)
    private let report: (ReportedFinding) throws -> Void
    private let look: (UnsafeRawBufferPointer?) -> Void
    private var presence: [AssetPort: Presence] = [:]
    private var keys: [UInt64: Int32] = [:]
    private var shared: [UInt64: Set<Int32>] = [:]
    private var keyTexts: [UInt64: Digest256] = [:]
    package var counts = ComparisonCounts()

    private struct AssetPort: Hashable {
        let asset: Int32
        let port: Int32
    }

    /// When an asset answered last, and since when it does not.
    private struct Presence {
        var answered = Int.min
        var failed = Int.max
        var code = ""

        init() {}

        /// Of several ports of which none answers: since the first failure after the last answer.
        init(_ ports: [Presence]) {
            answered = ports.map(\.answered).max() ?? .min
            let later = ports.filter { [answered] in $0.failed > answered }
            let first = later.min { $0.failed < $1.failed } ?? ports.max { $0.failed < $1.failed }
            if let first {
                failed = first.failed
                code = first.code
            }
        }
    }

    /// - Parameters:
    ///   - look: is given the line of a record before its findings are told, and nil behind them.
    ///   - report: is given each finding, those that need the whole sweep at the end.
    package init(
        _ index: InventoryIndex,
        look: @escaping (UnsafeRawBufferPointer?) -> Void = { _ in },
        report: @escaping (ReportedFinding) throws -> Void
    ) {
        engine = FindingEngine(index)
        self.look = look
        self.report = report
    }

    private var inventory: Inventory { engine.index.inventory }

    /// Compares one line that has `RecordPicker.padding` readable bytes behind it.
    ///
    /// - Returns: whether it is a record.
    package func add(line: UnsafeRawBufferPointer) throws -> Bool {
        guard picker.readsEndpoint(padded: line) else {
            return false
        }
        let result = engine.evaluate(picker)
        let port = picker.integer(.port) ?? 0
        if result.answered { counts.answered += 1 }
        if result.assets.isEmpty { counts.outside += 1 } else { counts.assets += 1 }
        if FindingEngine.wasAsked(picker) {
            if !result.assets.isEmpty || result.isOwned { counts.swept += 1 }
            notePresence(result, port)
        }
        if let key = result.key { noteKey(key, result.assets) }
        if !result.unjudged.isEmpty {
            counts.unjudged.add(result.unjudged, at: ReportedFinding.Endpoint(picker).text)
        }
        // Whether an asset is missing shows only when all records have been seen.
        let findings = result.findings.filter { $0.name != .missingEndpoint }
        guard !findings.isEmpty else { return true }
        let endpoint = ReportedFinding.Endpoint(picker)
        look(line)
        defer { look(nil) }
        for finding in findings {
            try report(ReportedFinding(finding: finding, endpoint: endpoint, inventory: inventory))
            counts.count(finding)
        }
        return true
    }

    private func notePresence(_ result: FindingEngine.Evaluation, _ port: Int) {
        let time = picker.text(.timestamp).flatMap { RFC3339.milliseconds($0) } ?? 0
        for asset in result.assets where inventory.assets[asset].isSingle {
            let place = AssetPort(asset: Int32(asset), port: Int32(truncatingIfNeeded: port))
            var entry = presence[place] ?? Presence()
            if result.answered {
                entry.answered = max(entry.answered, time)
                if entry.failed < entry.answered { entry.failed = .max }
            } else if time > entry.answered, time < entry.failed {
                entry.failed = time
                entry.code = picker.text(.errorCode) ?? "unknown"
            }
            presence[place] = entry
        }
    }

    private func noteKey(_ key: Digest256, _ assets: [Int]) {
        guard let asset = assets.first.map({ Int32($0) }) else { return }
        guard let first = keys[key.prefix] else {
            keys[key.prefix] = asset
            return
        }
        guard first != asset, inventory.assets[Int(first)].address != inventory.assets[Int(asset)].address
        else { return }
        shared[key.prefix, default: [first]].insert(asset)
        keyTexts[key.prefix] = key
    }

    /// Reports what shows only now.
    ///
    /// - Parameter absence: what a corpus knows of an asset's port that failed at a time.
    package func finish(absence: ((Asset, Int, Int) throws -> Absence?)? = nil) throws {
        for (number, ports) in Dictionary(grouping: presence, by: \.key.asset).sorted(by: { $0.key < $1.key })
        {
            let asset = inventory.assets[Int(number)]
            let ports = ports.map { (port: Int($0.key.port), entry: $0.value) }.sorted { $0.port < $1.port }
            let silent = ports.filter { $0.entry.failed != .max }
            if !asset.ports.isEmpty {
                for (port, entry) in silent {
                    try reportMissing(Int(number), [port], entry, absence)
                }
            } else if silent.count == ports.count {
                try reportMissing(Int(number), ports.map(\.port), Presence(silent.map(\.entry)), absence)
            }
        }
        for (prefix, assets) in shared.sorted(by: { $0.key < $1.key }) {
            try reportShared(assets.map { Int($0) }.sorted(), keyTexts[prefix])
        }
        let seen = Set(presence.keys.map(\.asset))
        counts.unswept = inventory.assets.indices.count {
            inventory.assets[$0].isSingle && !seen.contains(Int32($0))
        }
    }

    private func reportMissing(
        _ number: Int,
        _ ports: [Int],
        _ entry: Presence,
        _ absence: ((Asset, Int, Int) throws -> Absence?)?
    ) throws {
        let asset = inventory.assets[number]
        // A corpus that knows no later answer than the sweeps can't say more.
        let known = try ports.compactMap { try absence?(asset, $0, entry.failed) }
            .max { $0.answered < $1.answered }.flatMap { $0.answered >= entry.answered ? $0 : nil }
        let finding = Finding.missing(
            asset,
            number,
            ports: ports,
            since: min(entry.failed, known?.failed ?? .max),
            code: entry.code,
            lastSeen: known?.answered ?? (entry.answered == .min ? nil : entry.answered)
        )
        try report(
            ReportedFinding(
                finding: finding,
                endpoint: .init(asset: asset, port: ports.count == 1 ? ports.first : nil, time: entry.failed),
                inventory: inventory
            )
        )
        counts.count(finding)
    }

    private func reportShared(_ assets: [Int], _ key: Digest256?) throws {
        let expected =
            key.map { key in assets.allSatisfy { inventory.assets[$0].keys.contains(key) } } ?? false
        for number in assets {
            // One key can stand on thousands of assets: a few are named.
            let others = assets.prefix(4).filter { $0 != number }.prefix(3)
            let more = assets.count - 1 - others.count
            let shown =
                others.map { inventory.assets[$0].address }.joined(separator: ", ")
                + (more > 0 ? " and \(more) more" : "")
            let asset = inventory.assets[number]
            let finding = Finding(
                .sharedKey,
                "\(asset.address) uses the same key as \(shown).",
                asset: number,
                severity: expected ? .low : nil
            )
            try report(
                ReportedFinding(
                    finding: finding,
                    endpoint: .init(asset: asset, port: nil, time: nil),
                    inventory: inventory
                )
            )
            counts.count(finding)
        }
    }
}
