// swift-tools-version: 6.2

import PackageDescription

// Every target is held to the same rules; a warning is an error because a warning nobody reads is a bug nobody reads.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

// What only the server is made of may be optimised across its modules; StrictJSON may not, because others link it.
let server = strict + [.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))]

let package = Package(
    name: "hallpass",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "hallpass", targets: ["hallpass"]),
        .library(name: "HallpassClient", targets: ["HallpassClient"]),
    ],
    dependencies: [
        // The HTTP server, with TLS when the operator gives a certificate.
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        // SQLite through the system's libsqlite3; exact, because Linux is not in its own CI and our storage tests are.
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        // Subcommands, help texts and exit codes.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        // Settings from flags, the environment and one file, with one precedence.
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["JSON", "YAML"]),
        // The registry's files may be YAML.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        // The JSON Web Tokens of identity providers.
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
        // The way to a running server, to an identity provider's keys and to an upstream's token endpoint.
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0", traits: []),
        // Ordered start and graceful shutdown.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        // The interfaces for logs and metrics that the libraries above report to.
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.9.0"),
        // Bytes, threads and event loops where Hummingbird shows them.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    ],
    targets: [
        // The system's libcrypto.
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

        // Bytes, keys, MACs, AEAD, KDF, random, constant time. Alone in importing COpenSSL.
        .target(name: "HallpassCrypto", dependencies: ["COpenSSL"], swiftSettings: server + [.strictMemorySafety()]),

        // RFC 8259 that refuses what is ambiguous, and RFC 8785.
        .target(name: "StrictJSON", swiftSettings: strict),

        // The system's libpcre2.
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),

        // JSON Schema 2020-12, compiled once and evaluated within bounds. Alone in importing CPCRE2.
        .target(name: "JSONSchema", dependencies: ["CPCRE2", "StrictJSON"], swiftSettings: server),

        // Values and decisions. No clock, no randomness, no I/O.
        .target(name: "HallpassCore", dependencies: ["HallpassCrypto", "JSONSchema"], swiftSettings: server),

        // The system's libsqlite3, for what has to be said before GRDB opens it.
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

        // Tables, statements and the one writer. Alone in importing GRDB and CSQLite.
        .target(
            name: "HallpassStorage",
            dependencies: [
                "CSQLite", "HallpassCore", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: server),

        // Use cases: where storage, keys, clock and policy meet.
        .target(
            name: "HallpassBroker",
            dependencies: [
                "HallpassStorage",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: server),

        // Routes, bodies, middleware, static files. Alone in importing Hummingbird.
        .target(
            name: "HallpassHTTP",
            dependencies: [
                "HallpassBroker",
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: server),

        // What MCP servers written in Swift link: verify, run, report. Alone in having `public` symbols.
        .target(
            name: "HallpassClient",
            dependencies: [
                "StrictJSON",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict),

        // The process: subcommands, configuration, the service group.
        .executableTarget(
            name: "hallpass",
            dependencies: [
                "HallpassHTTP",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: server),

        // Servers of tests that say what no real one would.
        .target(
            name: "ScriptedServer",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/ScriptedServer", swiftSettings: strict),

        // The same random numbers on every run.
        .target(name: "SeededGenerator", path: "Tests/SeededGenerator", swiftSettings: strict),

        // The HTTP server on a socket, and one connection to it.
        .target(
            name: "LiveServer",
            dependencies: ["HallpassHTTP", .product(name: "HummingbirdTesting", package: "hummingbird")],
            path: "Tests/LiveServer", swiftSettings: strict),

        .testTarget(name: "HallpassCryptoTests", dependencies: ["HallpassCrypto"], swiftSettings: strict),
        .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON", "SeededGenerator"], swiftSettings: strict),
        .testTarget(name: "JSONSchemaTests", dependencies: ["JSONSchema"], swiftSettings: strict),
        .testTarget(
            name: "HallpassCoreTests", dependencies: ["HallpassCore", "SeededGenerator"], swiftSettings: strict),
        .testTarget(
            name: "HallpassStorageTests", dependencies: ["HallpassStorage", "SeededGenerator"], swiftSettings: strict),
        .testTarget(
            name: "HallpassBrokerTests",
            dependencies: [
                "HallpassBroker", "ScriptedServer", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "JWTKit", package: "jwt-kit"),
            ],
            swiftSettings: strict),
        .testTarget(name: "HallpassHTTPTests", dependencies: ["LiveServer"], swiftSettings: strict),
        .testTarget(
            name: "HallpassClientTests", dependencies: ["HallpassClient", "LiveServer", "ScriptedServer"],
            swiftSettings: strict),
        .testTarget(name: "HallpassTests", dependencies: ["hallpass"], swiftSettings: strict),
    ]
)
