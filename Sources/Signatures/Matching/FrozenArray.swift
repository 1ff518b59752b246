/// An array that never changes, read through a pointer: no bounds, no reference counts.
///
/// What is read is made by the rule compiler, and every index into it comes from there too, never from a
/// server.
final class FrozenArray<Element>: @unchecked Sendable {  // Written once, in init.
    let base: UnsafePointer<Element>
    let count: Int

    init(_ elements: [Element]) where Element: Sendable {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
        memory.initialize(from: elements, count: elements.count)
        base = UnsafePointer(memory)
        count = elements.count
    }

    var elements: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }

    deinit {
        let memory = UnsafeMutablePointer(mutating: base)
        memory.deinitialize(count: count)
        memory.deallocate()
    }
}
