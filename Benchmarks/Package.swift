// swift-tools-version: 6.2

import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

// What measures Hallpass and is no part of it: a package of its own, so that neither its build nor its dependencies are
// theirs.
let package = Package(
    name: "hallpass-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        // The same version as the server's, because it is what the server is held against.
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1")
    ],
    targets: [
        // The yardstick: a bare Hummingbird application that decodes and encodes JSON with Foundation.
        .executableTarget(
            name: "echo", dependencies: [.product(name: "Hummingbird", package: "hummingbird")], path: "Echo",
            swiftSettings: strict)
    ]
)
