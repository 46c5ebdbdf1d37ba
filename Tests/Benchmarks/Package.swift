// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that what is measured is a release build and nothing of it is in the SDK's graph.
// `make bench` in the SDK's folder runs everything; README.md says what each line means.
let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v26)],
    dependencies: [.package(name: "ClawKit", path: "../..")],
    targets: [
        .target(name: "BenchmarkSupport", path: "Sources/Support"),
        .executableTarget(
            name: "client-benchmark",
            dependencies: [
                "BenchmarkSupport",
                .product(name: "ClawBase", package: "ClawKit"),
                .product(name: "ClawControl", package: "ClawKit"),
                .product(name: "ClawKubernetes", package: "ClawKit"),
            ],
            path: "Sources/ClientBenchmark"),
        .executableTarget(
            name: "cluster-benchmark",
            dependencies: [
                "BenchmarkSupport",
                .product(name: "ClawBase", package: "ClawKit"),
                .product(name: "ClawCluster", package: "ClawKit"),
                .product(name: "ClawHTTPServer", package: "ClawKit"),
                .product(name: "ClawKubernetes", package: "ClawKit"),
            ],
            path: "Sources/ClusterBenchmark"),
        .executableTarget(
            name: "controller-benchmark",
            dependencies: [
                "BenchmarkSupport",
                .product(name: "ClawApps", package: "ClawKit"),
                .product(name: "ClawBase", package: "ClawKit"),
                .product(name: "ClawCluster", package: "ClawKit"),
                .product(name: "ClawControl", package: "ClawKit"),
                .product(name: "ClawCustomResources", package: "ClawKit"),
                .product(name: "ClawDocuments", package: "ClawKit"),
                .product(name: "ClawHTTPServer", package: "ClawKit"),
                .product(name: "ClawKubernetes", package: "ClawKit"),
                .product(name: "ClawModels", package: "ClawKit"),
                .product(name: "ClawPlatform", package: "ClawKit"),
                .product(name: "ClawResources", package: "ClawKit"),
            ],
            path: "Sources/ControllerBenchmark"),
        .executableTarget(
            name: "gateway-benchmark",
            dependencies: [
                "BenchmarkSupport",
                .product(name: "ClawBase", package: "ClawKit"),
                .product(name: "ClawDialects", package: "ClawKit"),
                .product(name: "ClawGateway", package: "ClawKit"),
                .product(name: "ClawHTTPServer", package: "ClawKit"),
                .product(name: "ClawLedger", package: "ClawKit"),
                .product(name: "ClawNIOTransport", package: "ClawKit"),
            ],
            path: "Sources/GatewayBenchmark"),
        .executableTarget(
            name: "postgres-benchmark",
            dependencies: [
                "BenchmarkSupport",
                .product(name: "ClawBase", package: "ClawKit"),
                .product(name: "ClawKitPostgres", package: "ClawKit"),
            ],
            path: "Sources/PostgresBenchmark"),
        .executableTarget(
            name: "access-benchmark",
            dependencies: [
                "BenchmarkSupport",
                .product(name: "ClawBase", package: "ClawKit"),
                .product(name: "ClawCluster", package: "ClawKit"),
                .product(name: "ClawControl", package: "ClawKit"),
                .product(name: "ClawHTTPServer", package: "ClawKit"),
                .product(name: "ClawKubernetes", package: "ClawKit"),
                .product(name: "ClawPlatform", package: "ClawKit"),
            ],
            path: "Sources/AccessBenchmark"),
        // The smallest useful program, for the size of a binary.
        .executableTarget(
            name: "hello-list", dependencies: [.product(name: "ClawKubernetes", package: "ClawKit")],
            path: "Sources/HelloList"),
    ]
)
