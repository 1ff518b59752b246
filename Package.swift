// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

/// What reads a server's bytes and nothing else: no unsafe construct goes unmarked.
let strict = settings + [.strictMemorySafety()]

let package = Package(
    name: "hallmark",
    products: [.executable(name: "hallmark", targets: ["hallmark"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // C libraries. Each is imported by the one module that owns it.
        .systemLibrary(name: "CUV", pkgConfig: "libuv", providers: [.apt(["libuv1-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CAres", pkgConfig: "libcares", providers: [.apt(["libc-ares-dev"])]),
        .systemLibrary(name: "CVectorscan", pkgConfig: "libhs", providers: [.apt(["libvectorscan-dev"])]),
        .systemLibrary(name: "CNGHTTP2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "CSimdjson",
            cxxSettings: [.define("SIMDJSON_EXCEPTIONS", to: "0")],
            linkerSettings: [.linkedLibrary("simdjson")]
        ),

        // What looks at bytes: no I/O.
        .target(name: "Wire", swiftSettings: strict),
        .target(
            name: "Observations",
            dependencies: ["COpenSSL", "CSimdjson", "Wire"],
            swiftSettings: settings
        ),
        .target(name: "JA4Plus", dependencies: ["Observations", "Wire"], swiftSettings: settings),
        .target(
            name: "Signatures",
            dependencies: [
                "CVectorscan", "Observations", .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings
        ),

        // What speaks to servers.
        .target(name: "Net", dependencies: ["CAres", "CUV"], swiftSettings: settings),
        .target(name: "TLSClient", dependencies: ["COpenSSL", "Wire"], swiftSettings: settings),
        .target(
            name: "HTTPClient",
            dependencies: ["CNGHTTP2", "CZlib", "Observations", "Wire"],
            swiftSettings: settings
        ),
        .target(
            name: "Scan",
            dependencies: [
                "HTTPClient", "Net", "Observations", "TLSClient", "Wire",
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: settings
        ),

        // What keeps and shows.
        .target(
            name: "Corpus",
            dependencies: [
                "CSimdjson", "Observations", "Wire", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "hallmark",
            dependencies: [
                "Corpus", "HTTPClient", "JA4Plus", "Observations", "Scan", "Signatures", "Wire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),

        // Real servers and commands for tests; what feeds mutated inputs to every parser.
        .target(name: "TestSupport", path: "Tests/Support", swiftSettings: settings),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "Corpus", "HTTPClient", "Net", "Observations", "Scan", "Signatures", "TLSClient", "Wire",
            ],
            path: "Tests/Fuzz",
            exclude: ["Seeds", "leaks.supp", "run.sh"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "bench-grab",
            dependencies: ["TLSClient", "Wire"],
            path: "Benchmarks/Grab",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "bench-signatures",
            dependencies: ["Observations", "Signatures"],
            path: "Benchmarks/Signatures",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "bench-corpus",
            dependencies: ["Corpus", "Observations"],
            path: "Benchmarks/Corpus",
            swiftSettings: settings
        ),
        .testTarget(name: "FuzzTests", dependencies: ["fuzz"], swiftSettings: settings),
        .testTarget(
            name: "TLSClientTests",
            dependencies: ["TestSupport", "TLSClient", "Wire"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "JA4PlusTests",
            dependencies: ["JA4Plus", "Observations", "Wire"],
            resources: [.copy("Fixtures")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HallmarkTests",
            dependencies: ["HTTPClient", "Observations", "Scan", "Signatures", "Wire", "hallmark"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "StartTLSTests",
            dependencies: ["TestSupport", "Wire"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HTTPClientTests",
            dependencies: ["HTTPClient", "Observations", "TestSupport", "Wire"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ScanTests",
            dependencies: ["Observations", "Scan", "TestSupport", "Wire"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["Observations", "Scan", "TestSupport", "hallmark"],
            swiftSettings: settings
        ),
        .testTarget(name: "NetTests", dependencies: ["Net", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "WireTests",
            dependencies: ["TestSupport", "Wire"],
            resources: [.copy("Fixtures")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ObservationsTests",
            dependencies: ["Observations", "TestSupport", "Wire"],
            resources: [.copy("Fixtures")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SignaturesTests",
            dependencies: ["HTTPClient", "Observations", "Signatures", "TestSupport", "Wire"],
            resources: [.copy("Fixtures")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "CorpusTests",
            dependencies: [
                "Corpus", "Observations", "TestSupport", "Wire",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings
        ),
    ],
    cxxLanguageStandard: .cxx17
)
