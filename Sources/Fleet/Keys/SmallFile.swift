import Observations

/// Files of a few lines: keys, names.
enum SmallFile {
    static func bytes(_ path: String) throws(FleetError) -> [UInt8] {
        do { return try UnpackedBytes.contents(of: path, limit: 1 << 20) } catch {
            throw FleetError("\(error)")
        }
    }

    static func text(_ path: String) throws(FleetError) -> String {
        String(decoding: try bytes(path), as: UTF8.self)
    }
}
