// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that what is measured is a release build and nothing of it is in the SDK's graph.
//   cd Tests/Benchmarks && swift run -c release client-benchmark
let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v26)],
    dependencies: [.package(name: "ClawKit", path: "../..")],
    targets: [
        .target(name: "BenchmarkSupport", path: "Sources/Support"),
        .executableTarget(
            name: "client-benchmark",
            dependencies: ["BenchmarkSupport", .product(name: "ClawKubernetes", package: "ClawKit")],
            path: "Sources/ClientBenchmark"),
    ]
)
