package import Bytes

/// What a report can be written as.
package enum ReportFormat: String, CaseIterable, Sendable {
    case html, markdown

    /// Writes a document.
    package func write(_ document: ReportDocument, to out: inout ByteBuffer) {
        switch self {
        case .html: HTMLReport(document).write(to: &out)
        case .markdown: MarkdownReport(document).write(to: &out)
        }
    }
}
