/// A question in SQL, whose values stand apart from its text.
///
/// What somebody else wrote never gets into the text: the server puts it in by the names of parameters.
package struct WarehouseQuery: Sendable {
    package var text = ""
    /// Settings of the request by the name of each, values in the form that the server reads.
    package private(set) var parameters: [(String, String)] = []

    /// Values stand in the address of the request, and what is on the way to a server may take no long one.
    package static let usualSize = 16 << 10

    /// Bytes of all values; in the address, signs take up to three times as much.
    package var size: Int { parameters.reduce(0) { $0 + $1.1.utf8.count + 16 } }

    package init() {}

    /// How the text names a value.
    package mutating func value(_ text: String) -> String { add(Self.escaped(text), "String") }

    package mutating func value(_ number: Int) -> String { add(String(number), "Int64") }

    package mutating func value(_ texts: [String]) -> String {
        let list = texts.map { "'\(Self.escaped($0).replacing("'", with: "\\'"))'" }
        return add("[\(list.joined(separator: ","))]", "Array(String)")
    }

    private mutating func add(_ value: String, _ type: String) -> String {
        let name = "p\(parameters.count)"
        parameters.append(("param_" + name, value))
        return "{\(name):\(type)}"
    }

    /// A text with the signs escaped that would end it, or mean another.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\t": result += "\\t"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\0": result += "\\0"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
