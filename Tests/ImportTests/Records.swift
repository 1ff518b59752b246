import Foundation
import TestSupport

typealias Record = [String: Any]

/// The records that a command wrote.
func records(_ result: CommandResult) throws -> [Record] {
    try result.text.split(separator: "\n").map { line in
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? Record ?? [:]
    }
}

/// What stands at a dotted name: a text, a number or a truth value as text; nil when there is nothing.
func text(_ record: Record, _ path: String) -> String? {
    switch value(record, path) {
    case let text as String: text
    case let number as NSNumber: CFBoolean(number).map { "\($0)" } ?? "\(number)"
    default: nil
    }
}

/// The texts of the array at a dotted name.
func texts(_ record: Record, _ path: String) -> [String] {
    (value(record, path) as? [Any] ?? []).map { "\($0)" }
}

/// What stands at a dotted name.
func value(_ record: Record, _ path: String) -> Any? {
    var value: Any? = record
    for part in path.split(separator: ".") { value = (value as? Record)?[String(part)] }
    return value
}

/// The truth value in a number, as JSON has it.
private func CFBoolean(_ number: NSNumber) -> Bool? {
    String(cString: number.objCType) == "c" ? number.boolValue : nil
}
