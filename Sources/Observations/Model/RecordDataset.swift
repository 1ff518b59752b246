/// The datasets that are records of ours: `event.dataset`.
package enum RecordDataset: String, CaseIterable, Sendable {
    /// What we saw ourselves.
    case observation = "hallmark.observation"
    /// What others saw.
    case imported = "hallmark.import"
    /// What a log of Certificate Transparency holds.
    case logged = "hallmark.ct"
}
