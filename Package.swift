// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

/// Modules that only read a server's bytes: no unsafe construct goes unmarked in them.
let strict: Set = ["Wire"]

/// What a plain `swift build` leaves out.
///
/// `HALLMARK_WITH=benchmarks` and `HALLMARK_WITH=fuzzers` add these programs, `HALLMARK_WITH=threads` a lock
/// that ThreadSanitizer understands.
///
/// The programs cannot be packages of their own, because `package` access ends with the package.
let workshop = Context.environment["HALLMARK_WITH"]

let package = Package(
    name: "hallmark",
    products: [.executable(name: "hallmark", targets: ["hallmark"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    ],
    targets: [
        // C libraries. Each is imported by the one module that owns it.
        .systemLibrary(name: "CUV", pkgConfig: "libuv", providers: [.apt(["libuv1-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSocketBatch"),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CAres", pkgConfig: "libcares", providers: [.apt(["libc-ares-dev"])]),
        .systemLibrary(
            name: "CMaxMindDB",
            pkgConfig: "libmaxminddb",
            providers: [.apt(["libmaxminddb-dev"])]
        ),
        .systemLibrary(name: "CVectorscan", pkgConfig: "libhs", providers: [.apt(["libvectorscan-dev"])]),
        .systemLibrary(name: "CNGHTTP2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CNATS", pkgConfig: "libnats", providers: [.apt(["libnats-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(
            name: "CSimdjson",
            cxxSettings: [.define("SIMDJSON_EXCEPTIONS", to: "0")],
            linkerSettings: [.linkedLibrary("simdjson")]
        ),

        // The ground floor: what everything stands on.
        .target(name: "Bytes"),
        .target(
            name: "Terminal",
            dependencies: ["Bytes", .product(name: "Logging", package: "swift-log")]
        ),
        .target(name: "YAML", dependencies: [.product(name: "Yams", package: "Yams")]),

        // What looks at bytes: no I/O.
        .target(name: "Wire", dependencies: ["Bytes"]),
        .target(
            name: "Observations",
            dependencies: ["Bytes", "COpenSSL", "CSimdjson", "CZlib", "CZstd", "Wire"]
        ),
        .target(
            name: "Import",
            dependencies: ["Bytes", "COpenSSL", "HTTPClient", "Observations", "Wire", "YAML"]
        ),
        .target(name: "JA4Plus", dependencies: ["Bytes", "Observations", "Wire"]),
        .target(
            name: "Signatures",
            dependencies: ["Bytes", "CVectorscan", "Observations", "Terminal", "Wire", "YAML"]
        ),
        .target(
            name: "Indicators",
            dependencies: ["Bytes", "Observations", "Signatures", "Wire", "YAML"]
        ),
        .target(name: "Metrics"),
        .target(name: "RuleUpdate", dependencies: ["Bytes", "COpenSSL", "Observations"]),
        .target(name: "Targets", dependencies: ["Bytes", "Observations", "Wire", "YAML"]),
        .target(name: "PublicSuffix", dependencies: ["Observations"]),

        // What speaks to servers.
        .target(name: "Net", dependencies: ["CAres", "CSocketBatch", "CUV", "Wire"]),
        .target(name: "Discovery", dependencies: ["Bytes", "Net", "Wire"]),
        .target(name: "Fetch", dependencies: ["CCurl", "Net", "Wire"]),
        .target(
            name: "Transparency",
            dependencies: ["Bytes", "COpenSSL", "Fetch", "Net", "Observations", "PublicSuffix", "Wire"]
        ),
        .target(name: "TLSClient", dependencies: ["Bytes", "COpenSSL", "Wire"]),
        .target(name: "HTTPClient", dependencies: ["Bytes", "CNGHTTP2", "CZlib", "Observations", "Wire"]),
        .target(
            name: "Scan",
            dependencies: [
                "Bytes", "Discovery", "HTTPClient", "Net", "Observations", "TLSClient", "Targets", "Wire",
                .product(name: "DequeModule", package: "swift-collections"),
            ]
        ),

        .target(
            name: "Context",
            dependencies: [
                "Bytes", "CMaxMindDB", "COpenSSL", "Fetch", "Net", "Observations", "PublicSuffix",
                "Transparency", "Wire",
            ]
        ),

        // What keeps and shows.
        .target(
            name: "Inventory",
            dependencies: ["Bytes", "Observations", "Terminal", "Wire", "YAML"]
        ),
        .target(
            name: "RootStores",
            dependencies: [
                "Bytes", "COpenSSL", "Observations", "Wire",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        .target(
            name: "Corpus",
            dependencies: [
                "Bytes", "CSQLite", "Inventory", "Observations", "Terminal", "Wire",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        .target(name: "Export", dependencies: ["Bytes", "Observations", "Terminal", "Wire"]),
        .target(name: "Decisions", dependencies: ["Bytes", "Observations", "Terminal", "Wire"]),
        .target(
            name: "Search",
            dependencies: ["Bytes", "Corpus", "Decisions", "Observations", "Terminal", "Wire"]
        ),
        .systemLibrary(
            name: "CMicroHTTPD",
            pkgConfig: "libmicrohttpd",
            providers: [.apt(["libmicrohttpd-dev"])]
        ),
        .target(
            name: "Console",
            dependencies: [
                "Bytes", "CMicroHTTPD", "Corpus", "Decisions", "Observations", "Search", "Terminal", "Wire",
            ]
        ),
        .target(
            name: "Fleet",
            dependencies: [
                "Bytes", "CNATS", "COpenSSL", "CZlib", "Observations",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        .target(
            name: "Warehouse",
            dependencies: ["Bytes", "Corpus", "Export", "Fetch", "Observations", "Wire"]
        ),
        .target(name: "Hunting", dependencies: ["Bytes", "Decisions", "Observations", "Wire"]),
        .target(
            name: "Reporting",
            dependencies: ["Bytes", "Decisions", "Observations", "Terminal"]
        ),
        .target(
            name: "Pipeline",
            dependencies: [
                "Bytes", "Corpus", "Decisions", "Export", "Import", "Inventory", "Observations", "Signatures",
                "Targets", "Terminal",
            ]
        ),
        .executableTarget(
            name: "hallmark",
            dependencies: [
                "Bytes",
                "Console",
                "Context",
                "Corpus",
                "Decisions",
                "Export",
                "Fetch",
                "Fleet",
                "HTTPClient",
                "Hunting",
                "Import",
                "Indicators",
                "Inventory",
                "JA4Plus",
                "Metrics",
                "Observations",
                "Pipeline",
                "PublicSuffix",
                "Reporting",
                "RootStores",
                "RuleUpdate",
                "Scan",
                "Search",
                "Signatures",
                "Targets",
                "Terminal",
                "Transparency",
                "Warehouse",
                "Wire",
                "YAML",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),

        // Real servers and commands for tests.
        .testTarget(name: "TestSupport", path: "Tests/Support"),
        .testTarget(name: "TLSClientTests", dependencies: ["Bytes", "TestSupport", "TLSClient", "Wire"]),
        .testTarget(
            name: "JA4PlusTests",
            dependencies: ["Bytes", "JA4Plus", "Observations", "Wire"],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "HallmarkTests",
            dependencies: [
                "hallmark", "HTTPClient", "Observations", "Pipeline", "RuleUpdate", "Scan", "Signatures",
                "Terminal", "TestSupport", "Wire",
            ]
        ),
        .testTarget(name: "PipelineTests", dependencies: ["Bytes", "Pipeline"]),
        .testTarget(
            name: "ImportTests",
            dependencies: ["Bytes", "hallmark", "Import", "Observations", "TestSupport", "Wire", "YAML"]
        ),
        .testTarget(name: "StartTLSTests", dependencies: ["TestSupport", "Wire"]),
        .testTarget(
            name: "HTTPClientTests",
            dependencies: ["Bytes", "HTTPClient", "Observations", "TestSupport", "Wire"]
        ),
        .testTarget(
            name: "ScanTests",
            dependencies: ["Discovery", "Net", "Observations", "Scan", "Targets", "TestSupport", "Wire"]
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["hallmark", "Observations", "Scan", "Targets", "TestSupport", "Wire"]
        ),
        .testTarget(name: "DocumentationTests", dependencies: ["hallmark", "Targets", "TestSupport"]),
        .testTarget(name: "FetchTests", dependencies: ["Fetch", "Net", "TestSupport", "Wire"]),
        .testTarget(
            name: "TransparencyTests",
            dependencies: [
                "Bytes", "hallmark", "Observations", "PublicSuffix", "TestSupport", "Transparency",
            ]
        ),
        .testTarget(name: "NetTests", dependencies: ["CUV", "Net", "TestSupport", "Wire"]),
        .testTarget(
            name: "WireTests",
            dependencies: ["Bytes", "TestSupport", "Wire"],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "ObservationsTests",
            dependencies: ["Bytes", "Observations", "TestSupport", "Wire"],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "SignaturesTests",
            dependencies: [
                "Bytes", "HTTPClient", "Inventory", "Observations", "Signatures", "TestSupport", "Wire",
                "YAML",
            ],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "ContextTests",
            dependencies: [
                "Bytes", "Context", "Net", "Observations", "PublicSuffix", "TestSupport", "Wire",
            ]
        ),
        .testTarget(
            name: "PublicSuffixTests",
            dependencies: ["Observations", "PublicSuffix", "TestSupport"]
        ),
        .testTarget(
            name: "RootStoresTests",
            dependencies: ["Bytes", "Observations", "RootStores", "TestSupport"]
        ),
        .testTarget(
            name: "DecisionsTests",
            dependencies: ["Bytes", "Decisions", "Observations", "TestSupport"]
        ),
        .testTarget(
            name: "IndicatorsTests",
            dependencies: [
                "Bytes", "Indicators", "Observations", "Signatures", "TestSupport", "Wire", "YAML",
            ],
            exclude: ["Fixtures"]
        ),
        .testTarget(
            name: "HuntingTests",
            dependencies: ["Bytes", "Hunting", "Observations", "TestSupport"]
        ),
        .testTarget(name: "FleetTests", dependencies: ["Fleet", "Observations", "TestSupport"]),
        .testTarget(
            name: "ReportingTests",
            dependencies: ["Bytes", "Observations", "Reporting", "TestSupport"]
        ),
        .testTarget(
            name: "SearchTests",
            dependencies: [
                "Bytes", "Corpus", "Observations", "Search", "Terminal", "TestSupport",
            ],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "WarehouseTests",
            dependencies: [
                "Bytes", "Corpus", "Export", "hallmark", "Observations", "TestSupport", "Warehouse", "Wire",
            ]
        ),
        .testTarget(name: "ConsoleTests", dependencies: ["Console", "TestSupport", "Wire"]),
        .testTarget(
            name: "CorpusTests",
            dependencies: [
                "Bytes", "Corpus", "Inventory", "Observations", "Terminal", "TestSupport", "Wire",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
    ],
    cxxLanguageStandard: .cxx17
)

// The entries of the fuzzers are part of the tests, or with `HALLMARK_WITH=fuzzers` of a program for
// libFuzzer.
let fuzzed: [Target.Dependency] = [
    "Bytes",
    "Context",
    "Corpus",
    "Decisions",
    "Discovery",
    "Export",
    "Fleet",
    "HTTPClient",
    "Hunting",
    "Import",
    "Indicators",
    "Inventory",
    "Net",
    "Observations",
    "PublicSuffix",
    "Reporting",
    "RootStores",
    "RuleUpdate",
    "Scan",
    "Search",
    "Signatures",
    "TLSClient",
    "Targets",
    "Terminal",
    "Transparency",
    "Warehouse",
    "Wire",
    "YAML",
]
if workshop == "fuzzers" {
    package.targets.append(
        .executableTarget(
            name: "fuzz",
            dependencies: fuzzed,
            path: "Tests/Fuzz",
            exclude: ["FuzzTests.swift", "Mutator.swift", "Seeds", "leaks.supp", "run.sh"]
        )
    )
} else {
    package.targets.append(
        .testTarget(
            name: "FuzzTests",
            dependencies: fuzzed,
            path: "Tests/Fuzz",
            exclude: ["LibFuzzer.swift", "Seeds", "leaks.supp", "run.sh"]
        )
    )
}
if workshop == "benchmarks" {
    package.targets += [
        .executableTarget(
            name: "bench-grab",
            dependencies: ["Bytes", "TLSClient", "Wire"],
            path: "Benchmarks/Grab"
        ),
        .executableTarget(
            name: "bench-signatures",
            dependencies: ["Bytes", "Observations", "Signatures"],
            path: "Benchmarks/Signatures"
        ),
        .executableTarget(
            name: "bench-corpus",
            dependencies: ["Bytes", "Corpus", "Inventory", "Observations"],
            path: "Benchmarks/Corpus"
        ),
        .executableTarget(
            name: "bench-indicators",
            dependencies: ["Bytes", "Indicators", "Observations", "Signatures"],
            path: "Benchmarks/Indicators"
        ),
        .executableTarget(
            name: "bench-transparency",
            dependencies: ["Bytes", "Observations", "PublicSuffix", "Transparency", "Wire"],
            path: "Benchmarks/Transparency"
        ),
    ]
}
if workshop == "threads" {
    let programs = package.targets.filter { $0.type == .test || $0.type == .executable }
    for program in programs { program.dependencies.append("CMutex") }
    package.targets.append(.target(name: "CMutex", path: "Tests/ThreadSanitizer"))
}

for target in package.targets where target.type != .system {
    target.swiftSettings = settings + (strict.contains(target.name) ? [.strictMemorySafety()] : [])
}
