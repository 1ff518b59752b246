import Bytes
import Foundation
import Testing

@testable import Observations

/// What stands at a dotted name, against a plain reading of the same rule over Foundation's objects.
@Suite struct JSONNodeTests {
    /// Longer names stand over shorter ones, and `null` is as good as absent.
    private static func plain(_ value: Any, _ path: [String]) -> Any? {
        if let list = value as? [Any] { return list.lazy.compactMap { plain($0, path) }.first }
        guard let object = value as? [String: Any] else { return nil }
        var null: Any?
        for count in stride(from: path.count, to: 0, by: -1) {
            guard let member = object[path.prefix(count).joined(separator: ".")] else { continue }
            let inside: Any? = count == path.count ? member : plain(member, Array(path.dropFirst(count)))
            guard let found = inside else { continue }
            if !(found is NSNull) { return found }
            null = null ?? found
        }
        return null
    }

    private static func plainValues(_ value: Any, _ path: [String]) -> [Any] {
        if let list = value as? [Any] { return list.flatMap { plainValues($0, path) } }
        guard let object = value as? [String: Any] else { return [] }
        for count in stride(from: path.count, to: 0, by: -1) {
            guard let member = object[path.prefix(count).joined(separator: ".")] else { continue }
            guard count == path.count else { return plainValues(member, Array(path.dropFirst(count))) }
            return member as? [Any] ?? [member]
        }
        return []
    }

    private static func random(_ depth: Int) -> Any {
        switch depth > 0 ? Int.random(in: 0..<9) : Int.random(in: 6..<9) {
        case 0: return (0..<Int.random(in: 0..<3)).map { _ in random(depth - 1) }
        case 1..<6:
            return Dictionary(
                (0..<Int.random(in: 0..<5)).map { _ in
                    (
                        (0..<Int.random(in: 1..<4)).map { _ in ["a", "b", "ab", ""].randomElement() ?? "" }
                            .joined(separator: "."), random(depth - 1)
                    )
                },
                uniquingKeysWith: { $1 }
            )
        case 6: return NSNull()
        case 7: return Int.random(in: 0..<100)
        default: return "text"
        }
    }

    private static func text(_ value: Any) throws -> String {
        let data = try JSONSerialization.data(
            withJSONObject: value,
            options: [.fragmentsAllowed, .sortedKeys]
        )
        return String(decoding: data, as: UTF8.self)
    }

    private static func text(_ node: JSONNode) throws -> String {
        var out = ByteBuffer()
        node.append(to: &out)
        return try text(
            try JSONSerialization.jsonObject(with: Data(out.text.utf8), options: .fragmentsAllowed)
        )
    }

    @Test func valuesAtDottedNamesAreThoseOfAPlainReading() throws {
        let tree = JSONTree()
        var found = 0
        for _ in 0..<3000 {
            let value = Self.random(4)
            let data = Data(try Self.text(value).utf8)
            try data.withUnsafeBytes { bytes in
                let node = try tree.read(bytes)
                for _ in 0..<6 {
                    let path = (0..<Int.random(in: 1..<5)).map { _ in
                        ["a", "b", "ab", ""].randomElement() ?? ""
                    }
                    let name = path.joined(separator: ".")
                    let right = try Self.plain(value, path).map(Self.text)
                    let got = try node.at(name).map(Self.text)
                    #expect(got == right, "\(name) of \(String(decoding: data, as: UTF8.self))")
                    let all = try Self.plainValues(value, path).map(Self.text)
                    #expect(try node.values(at: name, most: 1000).map(Self.text) == all)
                    found += right == nil ? 0 : 1
                }
            }
        }
        #expect(found > 200)
    }
}
