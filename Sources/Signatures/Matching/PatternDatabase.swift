import CVectorscan
import Glibc

/// All substrings and regular expressions that rules look for in one field, compiled together.
final class PatternDatabase: @unchecked Sendable {  // Vectorscan never changes a database after it is made.
    struct Pattern: Hashable, Sendable {
        let expression: String
        let flags: UInt32
        /// What a match reports.
        let atom: Int32
    }

    let handle: OpaquePointer

    private init(handle: OpaquePointer) { self.handle = handle }

    deinit { hs_free_database(handle) }

    /// Compiles the patterns.
    ///
    /// - Throws: a failure with the place of the pattern that can't be compiled.
    static func compile(_ patterns: [Pattern]) throws(PatternFailure) -> PatternDatabase {
        var expressions = patterns.map { UnsafePointer<CChar>(strdup($0.expression)) }
        defer { for text in expressions { free(UnsafeMutablePointer(mutating: text)) } }
        let flags = patterns.map(\.flags)
        let ids = patterns.map { UInt32(bitPattern: $0.atom) }
        var database: OpaquePointer?
        var error: UnsafeMutablePointer<hs_compile_error_t>?
        let result = hs_compile_multi(
            &expressions,
            flags,
            ids,
            UInt32(patterns.count),
            UInt32(HS_MODE_BLOCK),
            nil,
            &database,
            &error
        )
        guard result == HS_SUCCESS, let database else {
            defer { hs_free_compile_error(error) }
            let message =
                error.flatMap { $0.pointee.message }.map { String(cString: $0) } ?? "error \(result)"
            throw PatternFailure(index: Int(error?.pointee.expression ?? -1), message: message)
        }
        return PatternDatabase(handle: database)
    }

    /// The database as bytes that `init(serialized:)` takes on the same kind of machine.
    func serialized() -> [UInt8]? {
        var bytes: UnsafeMutablePointer<CChar>?
        var length = 0
        guard hs_serialize_database(handle, &bytes, &length) == HS_SUCCESS, let bytes else { return nil }
        defer { free(bytes) }
        return Array(UnsafeRawBufferPointer(start: bytes, count: length))
    }

    convenience init?(serialized: UnsafeRawBufferPointer) {
        var database: OpaquePointer?
        guard
            hs_deserialize_database(
                serialized.baseAddress?.assumingMemoryBound(to: CChar.self),
                serialized.count,
                &database
            )
                == HS_SUCCESS, let database
        else { return nil }
        self.init(handle: database)
    }

    /// What a serialised database depends on besides its patterns.
    static var platform: String {
        var info = hs_platform_info_t()
        hs_populate_platform(&info)
        return "\(String(cString: hs_version())) \(info.tune) \(info.cpu_features)"
    }
}

struct PatternFailure: Error {
    /// The pattern that failed, or -1.
    let index: Int
    let message: String
}
