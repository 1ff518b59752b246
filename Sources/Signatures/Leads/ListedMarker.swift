package import Bytes
package import Observations

/// Writes what others list into records, and nothing else: their matches and leads stay as they are.
///
/// It belongs to one thread.
package final class ListedMarker {
    private let lists: any MarkLists
    private let reader = ObservationReader()
    private let timestamp: Int
    private let indicators: Int
    private var copy = ByteBuffer()
    /// How many records have a listed mark.
    package private(set) var listed = 0

    package init(_ lists: any MarkLists) {
        self.lists = lists
        timestamp = reader.id(of: "@timestamp") ?? 0
        indicators = reader.id(of: "hallmark.indicators") ?? 0
    }

    /// Writes `hallmark.indicators` anew, at the end of the `hallmark` object.
    ///
    /// - Returns: whether something is listed.
    /// - Throws: when the line is no JSON object; it is left as it is.
    @discardableResult
    package func mark(_ line: inout ByteBuffer) throws(ObservationSyntaxError) -> Bool {
        var failure: ObservationSyntaxError?
        var marks: [ListedMark] = []
        var hadMarks = false
        line.withSpan { span in
            do throws(ObservationSyntaxError) {
                let view = try reader.read(span)
                hadMarks = view.has(indicators)
                let time =
                    view.has(timestamp) ? SigmaDate.milliseconds(view[view.first(timestamp)].bytes) : nil
                marks = lists.look(view, at: time ?? 0)
            } catch { failure = error }
        }
        if let failure { throw failure }
        guard hadMarks || !marks.isEmpty else { return false }
        if !marks.isEmpty { listed += 1 }
        guard let places = line.withSpan({ AssessmentPlaces($0, of: .indicators) }) else { return false }
        copy.removeAll()
        line.withSpan { span in
            var place = 0
            for edit in places.edits {
                copy.append(span.extracting(place..<edit.range.lowerBound))
                place = edit.range.upperBound
                if edit.content == .members { insert(marks, makesHallmark: places.makesHallmark) }
            }
            copy.append(span.extracting(place..<span.count))
        }
        line.removeAll()
        copy.withSpan { line.append($0) }
        return !marks.isEmpty
    }

    private func insert(_ marks: [ListedMark], makesHallmark: Bool) {
        guard !marks.isEmpty else { return }
        if makesHallmark { copy.append(copy.last == 0x7b ? "\"hallmark\":{" : ",\"hallmark\":{") }
        copy.array("indicators")
        for mark in marks { mark.append(to: &copy) }
        copy.endArray()
        if makesHallmark { copy.append(0x7d) }
    }
}
