package import Observations
package import Signatures

/// Several lists as one.
package final class SeveralLists: MarkLists {
    private let lists: [any MarkLists]

    package init(_ lists: [any MarkLists]) { self.lists = lists }

    package func look(_ view: FieldView, at time: Int64) -> [ListedMark] {
        lists.flatMap { $0.look(view, at: time) }
    }

    package var leftOut: LeftOutMarks { LeftOutMarks(lists.reduce(0) { $0 + $1.leftOut.count }) }
}
