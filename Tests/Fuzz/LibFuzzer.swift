import Foundation

// The two functions that libFuzzer calls. `HALLMARK_FUZZ` names the parser that gets its inputs. Without it
// the program prints the names; with `HALLMARK_SEEDS=FOLDER` it writes each parser's seeds to `FOLDER/NAME`.

@_cdecl("LLVMFuzzerInitialize")
public func initialize(_: UnsafeMutableRawPointer, _: UnsafeMutableRawPointer) -> CInt {
    let environment = ProcessInfo.processInfo.environment
    if let folder = environment["HALLMARK_SEEDS"] { exit(writeSeeds(to: folder)) }
    guard parser != nil else {
        print(Fuzzer.all.keys.sorted().joined(separator: "\n"))
        exit(environment["HALLMARK_FUZZ"] == nil ? 0 : 64)
    }
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    parser?.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

private let parser = ProcessInfo.processInfo.environment["HALLMARK_FUZZ"].flatMap { Fuzzer.all[$0] }

private func writeSeeds(to folder: String) -> CInt {
    do {
        for (name, fuzzer) in Fuzzer.all {
            let place = URL(fileURLWithPath: folder).appendingPathComponent(name)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            for (number, seed) in fuzzer.seeds().enumerated() {
                try Data(seed).write(to: place.appendingPathComponent("seed-\(number)"))
            }
        }
        return 0
    } catch {
        FileHandle.standardError.write(Data("seeds: \(error)\n".utf8))
        return 1
    }
}
