import Bytes
import Observations

extension RootFacts {
    /// The root as an observation that signatures, the corpus and pivots take: the certificate's own members,
    /// and where it was found.
    package func observation(in store: RootStore, _ root: StoredRoot, at time: Int) -> [UInt8] {
        var out = ByteBuffer(capacity: line.count + 512)
        out.beginRecord(.observation, at: time)
        out.object("file")
        out.member("path", store.path)
        out.endObject()
        // The line's own members follow, up to its last two braces.
        out.append(0x2c)
        out.append(line.span.extracting(1..<max(1, line.count - 3)))
        out.object("root")
        if !root.place.isEmpty { out.member("entry", root.place) }
        out.member("store", store.kind.rawValue)
        out.member("trust", root.trust.rawValue)
        out.append("}}}\n")
        return out.withSpan { span in span.withUnsafeBufferPointer { [UInt8]($0) } }
    }
}
