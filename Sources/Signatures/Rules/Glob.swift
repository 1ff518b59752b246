/// Matches a Sigma text against a whole value, one at a time and without a database.
///
/// For what is matched once: names in conditions, and the plain evaluator that tests hold the matcher to. A
/// star that fails takes one byte more, and only the last one is retried, so that the time is at most the
/// product of the lengths.
struct Glob {
    private enum Token: Equatable {
        case byte(UInt8), one, any
    }

    private let tokens: [Token]
    private let cased: Bool

    init(_ text: SigmaText, cased: Bool) {
        tokens = text.parts.flatMap { part -> [Token] in
            switch part {
            case .any: [.any]
            case .one: [.one]
            case .literal(let bytes): (cased ? bytes : folded(bytes)).map { .byte($0) }
            }
        }
        self.cased = cased
    }

    func matches(_ bytes: [UInt8]) -> Bool {
        let value = cased ? bytes : folded(bytes)
        var token = 0
        var place = 0
        var star: (token: Int, place: Int)?
        while place < value.count || token < tokens.count {
            if token < tokens.count {
                switch tokens[token] {
                case .any:
                    star = (token, place)
                    token += 1
                    continue
                case .one where place < value.count:
                    let next = place + width(value[place])
                    if next <= value.count {
                        place = next
                        token += 1
                        continue
                    }
                case .byte(let byte) where place < value.count && value[place] == byte:
                    place += 1
                    token += 1
                    continue
                default: break
                }
            }
            guard let last = star, last.place < value.count else { return false }
            star = (last.token, last.place + width(value[last.place]))
            token = last.token + 1
            place = last.place + width(value[last.place])
        }
        return true
    }

    private func width(_ first: UInt8) -> Int { first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4 }
}
