/// Numbers for what has none of its own, from 1 on in the order in which it is met.
struct NumberTable<Key: Hashable> {
    private var numbers: [Key: Int] = [:]
    private(set) var keys: [Key] = []

    mutating func number(_ key: Key) -> Int {
        if let known = numbers[key] { return known }
        keys.append(key)
        numbers[key] = keys.count
        return keys.count
    }

    /// What has a number; nil for one that was not given out.
    subscript(number: Int) -> Key? { keys.indices.contains(number - 1) ? keys[number - 1] : nil }
}
