package import Bytes
import Observations

/// Where in a line of JSON the context of a record goes, and what older one is taken out.
struct ContextPlaces {
    /// To be cut, in the line's order, each with the comma before it.
    private(set) var cuts: [Range<Int>] = []
    /// Behind the last member of `server` that has neither `as` nor `geo`; nil when there is none.
    private(set) var server: Int?
    /// Before the brace that ends `hallmark`; nil when there is none.
    private(set) var hallmark: Int?
    /// Before the brace that ends the record.
    private(set) var end = 0

    /// Nil when the structure can't be followed.
    init?(_ line: borrowing Span<UInt8>) {
        var scanner = JSONScanner(place: 0)
        guard scanner.take(0x7b, line) else { return nil }
        while let member = scanner.member(line) {
            switch scanner.text(member, line).map({ String(decoding: $0, as: UTF8.self) }) {
            case "server" where scanner.isAt(0x7b, line):
                var isTold = false
                guard
                    let place = Self.follow(
                        &scanner,
                        line,
                        { name, _ in
                            isTold = isTold || name == "as" || name == "geo"
                            return false
                        }
                    )
                else { return nil }
                if !isTold { server = place }
            case "hallmark" where scanner.isAt(0x7b, line):
                var cuts: [Range<Int>] = []
                guard
                    let place = Self.follow(
                        &scanner,
                        line,
                        { name, range in
                            if name == "context" { cuts.append(range) }
                            return name == "context"
                        }
                    )
                else { return nil }
                self.cuts += cuts
                hallmark = place
            default:
                guard scanner.skipValue(line) else { return nil }
            }
        }
        guard scanner.isAt(0x7d, line) else { return nil }
        end = scanner.place
    }

    /// The same of a record that was encoded just now, with its line end: `hallmark` is its last member, and
    /// no context stands in it.
    ///
    /// - Parameter wantsServer: whether the place in `server` is asked for, which takes a look at what stands
    ///   before it.
    init?(fresh line: borrowing Span<UInt8>, wantsServer: Bool) {
        let count = line.count
        guard count > 3, line[count - 1] == 0x0a, line[count - 2] == 0x7d, line[count - 3] == 0x7d else {
            return nil
        }
        hallmark = count - 3
        end = count - 2
        guard wantsServer else { return }
        var scanner = JSONScanner(place: 0)
        guard scanner.take(0x7b, line) else { return nil }
        while let member = scanner.member(line) {
            let name = scanner.text(member, line).map { String(decoding: $0, as: UTF8.self) }
            if name == "server", scanner.isAt(0x7b, line) {
                server = Self.follow(&scanner, line) { _, _ in false }
                return
            }
            guard scanner.skipValue(line) else { return nil }
        }
    }

    /// Steps over an object and tells of its members, each with the comma before or behind it.
    ///
    /// - Parameter tell: whether the member is cut.
    /// - Returns: the place of the brace that ends it.
    private static func follow(
        _ scanner: inout JSONScanner,
        _ line: borrowing Span<UInt8>,
        _ tell: (String, Range<Int>) -> Bool
    ) -> Int? {
        guard scanner.take(0x7b, line) else { return nil }
        var start = scanner.place
        var isFirst = true
        while let member = scanner.member(line) {
            let name = scanner.text(member, line).map { String(decoding: $0, as: UTF8.self) } ?? ""
            guard scanner.skipValue(line) else { return nil }
            var end = scanner.place
            // The first member that stays has no comma before it.
            if isFirst, scanner.isAt(0x2c, line) { end = scanner.place + 1 }
            let isCut = tell(name, start..<end)
            isFirst = isFirst && isCut
            start = isCut ? end : scanner.place
        }
        guard scanner.isAt(0x7d, line) else { return nil }
        let place = scanner.place
        return scanner.take(0x7d, line) ? place : nil
    }
}

extension RecordContext {
    /// Appends a record with its context in it; an older context is left out.
    ///
    /// - Parameter line: without its line end.
    package func append(_ line: Span<UInt8>, to out: inout ByteBuffer) {
        guard let places = ContextPlaces(line) else { return out.append(line) }
        append(line, places, to: &out)
    }

    /// The same of a record that was encoded just now, with its line end.
    package func append(fresh line: Span<UInt8>, to out: inout ByteBuffer) {
        guard !isEmpty else { return out.append(line) }
        guard let places = ContextPlaces(fresh: line, wantsServer: hosting != nil) else {
            return append(line, to: &out)
        }
        append(line, places, to: &out)
    }

    private func append(_ line: Span<UInt8>, _ places: ContextPlaces, to out: inout ByteBuffer) {
        var place = 0
        func keep(to end: Int) {
            guard end > place else { return }
            out.append(line.extracting(place..<end))
            place = end
        }
        if let server = places.server, let hosting {
            keep(to: server)
            hosting.append(serverMembersTo: &out)
        }
        for cut in places.cuts {
            keep(to: cut.lowerBound)
            place = cut.upperBound
        }
        if let hallmark = places.hallmark {
            keep(to: hallmark)
            append(to: &out)
        } else if !isEmpty {
            keep(to: places.end)
            out.object("hallmark")
            append(to: &out)
            out.endObject()
        }
        keep(to: line.count)
    }
}
