// swift-tools-version: 6.2

import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

// As in the main package: what is measured has to be what runs.
let server = strict + [.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))]

// What measures Hallpass and is no part of it: a package of its own, so that neither its build nor its dependencies are
// theirs.
//
// `Hallpass` is a link to the sources. What is measured has `package` symbols, which only the same package sees, so the
// libraries are those of the main package, built once more here; they have to say what it says of them.
let package = Package(
    name: "hallpass-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        // The same version as the server's, because it is what the server is held against.
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        // The same version as the server's, because the filler writes what the server reads.
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        // Runs the micro-benchmarks and holds them against their thresholds. Without its traits, which replace malloc.
        .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []),
    ],
    targets: [
        // The yardstick: a bare Hummingbird application that decodes and encodes JSON with Foundation.
        .executableTarget(
            name: "echo", dependencies: [.product(name: "Hummingbird", package: "hummingbird")], path: "Echo",
            swiftSettings: strict),

        // Writes millions of ledger rows, for `make bench-growth`.
        .executableTarget(
            name: "filler", dependencies: ["HallpassCore", "HallpassCrypto", "HallpassStorage"], path: "Filler",
            swiftSettings: server),

        // The pieces of a call, each held against one HMAC, for `make micro-bench`.
        .executableTarget(
            name: "MicroBenchmarks",
            dependencies: [
                "HallpassCore", "HallpassCrypto", "JSONSchema", "StrictJSON",
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "MicroBenchmarks", swiftSettings: server,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),

        .systemLibrary(name: "COpenSSL", path: "Hallpass/COpenSSL", pkgConfig: "libcrypto"),
        .target(
            name: "HallpassCrypto", dependencies: ["COpenSSL"], path: "Hallpass/HallpassCrypto",
            swiftSettings: server + [.strictMemorySafety()]),
        .target(name: "StrictJSON", path: "Hallpass/StrictJSON", swiftSettings: strict),
        .systemLibrary(name: "CPCRE2", path: "Hallpass/CPCRE2", pkgConfig: "libpcre2-8"),
        .target(
            name: "JSONSchema", dependencies: ["CPCRE2", "StrictJSON"], path: "Hallpass/JSONSchema",
            swiftSettings: server),
        .target(
            name: "HallpassCore", dependencies: ["HallpassCrypto", "JSONSchema"], path: "Hallpass/HallpassCore",
            swiftSettings: server),
        .systemLibrary(name: "CSQLite", path: "Hallpass/CSQLite", pkgConfig: "sqlite3"),
        .target(
            name: "HallpassStorage",
            dependencies: [
                "CSQLite", "HallpassCore", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            path: "Hallpass/HallpassStorage", swiftSettings: server),
    ]
)
