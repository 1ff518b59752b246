import Glibc

extension Collection where Element == UInt8 {
    /// Whether other bytes stand in these; text is searched by characters otherwise, which takes far longer.
    func hold(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first else { return true }
        let found = withContiguousStorageIfAvailable { text in
            guard let start = text.baseAddress else { return false }
            var place = 0
            while text.count - place >= bytes.count {
                let left = text.count - place - bytes.count + 1
                guard let next = memchr(start + place, Int32(first), left) else { return false }
                if memcmp(next, bytes, bytes.count) == 0 { return true }
                place = UnsafeRawPointer(start).distance(to: next) + 1
            }
            return false
        }
        return found ?? Array(self).hold(bytes)
    }
}
