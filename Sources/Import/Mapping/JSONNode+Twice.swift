import Glibc
import Observations

extension JSONNode {
    /// Whether a name stands twice in an object, here or in what lies within it.
    func hasTwice(depth: Int = 0) -> Bool {
        guard isObject || isArray, depth < 8 else { return false }
        if isObject {
            var names: [UnsafeRawBufferPointer] = []
            for part in parts {
                names.append(part.key)
                if part.hasTwice(depth: depth + 1) { return true }
            }
            return Self.hasTwice(names)
        }
        return parts.prefix(256).contains { $0.hasTwice(depth: depth + 1) }
    }

    private static func hasTwice(_ names: [UnsafeRawBufferPointer]) -> Bool {
        if names.count > 32 {
            var seen: Set<[UInt8]> = []
            return names.contains { !seen.insert(Array($0)).inserted }
        }
        for (place, one) in names.enumerated() {
            for other in names[..<place] where one.count == other.count {
                guard let start = one.baseAddress, let second = other.baseAddress else { return true }
                if memcmp(start, second, one.count) == 0 { return true }
            }
        }
        return false
    }
}
