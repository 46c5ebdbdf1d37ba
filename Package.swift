// swift-tools-version: 6.2
import CompilerPluginSupport
import PackageDescription

// ClawKit is one product made of nested targets, one per layer. The folder list under
// Sources/ClawKit is the architecture; a target may depend only on the layers below it.
// Docs/architecture.md draws the picture, Docs/dependencies.md justifies each package.

let package = Package(
    name: "ClawKit",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "ClawKit", targets: ["ClawKit"]),
        .library(name: "ClawBase", targets: ["ClawBase"]),
        .library(name: "ClawDocuments", targets: ["ClawDocuments"]),
        .library(name: "ClawExpressions", targets: ["ClawExpressions"]),
        .library(name: "ClawModels", targets: ["ClawModels"]),
        .library(name: "ClawSchemas", targets: ["ClawSchemas"]),
        .library(name: "ClawKubernetes", targets: ["ClawKubernetes"]),
        .library(name: "ClawControl", targets: ["ClawControl"]),
        .library(name: "ClawCluster", targets: ["ClawCluster"]),
        .library(name: "ClawCustomResources", targets: ["ClawCustomResources"]),
        .library(name: "ClawMacros", targets: ["ClawMacros"]),
        .library(name: "ClawResources", targets: ["ClawResources"]),
        .library(name: "ClawApps", targets: ["ClawApps"]),
        .library(name: "ClawPlatform", targets: ["ClawPlatform"]),
        .library(name: "ClawDialects", targets: ["ClawDialects"]),
        .library(name: "ClawLedger", targets: ["ClawLedger"]),
        .library(name: "ClawGateway", targets: ["ClawGateway"]),
        .library(name: "ClawEnrolment", targets: ["ClawEnrolment"]),
        .library(name: "ClawHTTPServer", targets: ["ClawHTTPServer"]),
        .library(name: "ClawNIOTransport", targets: ["ClawNIOTransport"]),
        .library(name: "ClawWebhooks", targets: ["ClawWebhooks"]),
        .library(name: "ClawKitPostgres", targets: ["ClawKitPostgres", "ClawPlatformPostgres"]),
        .executable(name: "control-plane", targets: ["control-plane"]),
        .executable(name: "orchestrator", targets: ["orchestrator"]),
        .executable(name: "model-gateway", targets: ["model-gateway"]),
        .executable(name: "claw", targets: ["claw"]),
        .executable(name: "agent-runtime", targets: ["agent-runtime"]),
    ],
    traits: [
        .trait(
            name: "Macros",
            description: "Custom resources by @CustomResource; builds swift-syntax, which nothing else here needs."),
        .default(enabledTraits: []),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
        .package(url: "https://github.com/swiftlang/swift-syntax", from: "603.0.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
    ],
    targets: [
        // MARK: Base
        .systemLibrary(
            name: "CLibcurl", path: "Sources/ClawKit/Base/CLibcurl", pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
        .target(
            name: "ClawBase",
            dependencies: [
                "CLibcurl",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            path: "Sources/ClawKit/Base", exclude: ["CLibcurl"]),

        // MARK: Kubernetes: documents → models → client
        .target(
            name: "ClawDocuments", path: "Sources/ClawKit/Kubernetes/Documents",
            swiftSettings: [.enableExperimentalFeature("Lifetimes")]),
        .target(
            name: "ClawExpressions", dependencies: ["ClawDocuments"], path: "Sources/ClawKit/Kubernetes/Expressions"),
        .target(name: "ClawModels", dependencies: ["ClawDocuments"], path: "Sources/ClawKit/Kubernetes/Models"),
        .target(
            name: "ClawSchemas", dependencies: ["ClawBase", "ClawDocuments", "ClawExpressions", "ClawModels"],
            path: "Sources/ClawKit/Kubernetes/Schemas"),
        .target(
            name: "ClawKubernetes",
            dependencies: [
                "ClawBase", "ClawDocuments", "ClawModels",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "Yams", package: "Yams"),
            ],
            path: "Sources/ClawKit/Kubernetes/Client"),

        // MARK: Control
        .target(
            name: "ClawControl",
            dependencies: [
                "ClawBase", "ClawDocuments", "ClawKubernetes", "ClawModels",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            path: "Sources/ClawKit/Control"),

        // MARK: Certificates and Cluster
        .target(
            name: "ClawCertificates",
            dependencies: [
                "ClawBase", .product(name: "Crypto", package: "swift-crypto"), .product(name: "X509", package: "swift-certificates"),
            ], path: "Sources/ClawKit/Certificates"),
        .target(
            name: "ClawEnrolment",
            dependencies: ["ClawBase", "ClawCertificates", "ClawDocuments", .product(name: "HTTPTypes", package: "swift-http-types")],
            path: "Sources/ClawKit/Enrolment"),
        .systemLibrary(name: "CTerminal", path: "Sources/ClawKit/Cluster/CTerminal"),
        .target(
            name: "ClawCluster",
            dependencies: [
                "CTerminal",
                "ClawBase", "ClawCertificates", "ClawControl", "ClawDocuments", "ClawExpressions", "ClawKubernetes",
                "ClawSchemas",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            path: "Sources/ClawKit/Cluster", exclude: ["CTerminal"]),

        // MARK: custom resources: Swift type → definition, validation, conversion; the macro; ClawKit's own kinds
        .target(
            name: "ClawCustomResources",
            dependencies: ["ClawBase", "ClawDocuments", "ClawExpressions", "ClawKubernetes", "ClawModels", "ClawSchemas"],
            path: "Sources/ClawKit/CustomResources"),
        .macro(
            name: "ClawMacroPlugin",
            dependencies: [
                .target(name: "ClawDocuments", condition: .when(traits: ["Macros"])),
                .target(name: "ClawExpressions", condition: .when(traits: ["Macros"])),
                .product(name: "SwiftCompilerPlugin", package: "swift-syntax", condition: .when(traits: ["Macros"])),
                .product(name: "SwiftDiagnostics", package: "swift-syntax", condition: .when(traits: ["Macros"])),
                .product(name: "SwiftParser", package: "swift-syntax", condition: .when(traits: ["Macros"])),
                .product(name: "SwiftSyntax", package: "swift-syntax", condition: .when(traits: ["Macros"])),
                .product(name: "SwiftSyntaxBuilder", package: "swift-syntax", condition: .when(traits: ["Macros"])),
                .product(name: "SwiftSyntaxMacros", package: "swift-syntax", condition: .when(traits: ["Macros"])),
            ],
            path: "Sources/ClawKit/Macros/Plugin"),
        .target(
            name: "ClawMacros",
            dependencies: [
                "ClawCustomResources", .target(name: "ClawMacroPlugin", condition: .when(traits: ["Macros"])),
            ],
            path: "Sources/ClawKit/Macros/Declarations"),
        .target(
            name: "ClawResources", dependencies: ["ClawCustomResources", "ClawDocuments", "ClawKubernetes", "ClawModels"],
            path: "Sources/ClawKit/Resources"),

        // MARK: Apps: the One-Click Rollout and its operator
        .target(
            name: "ClawApps",
            dependencies: [
                "ClawBase", "ClawControl", "ClawCustomResources", "ClawDocuments", "ClawExpressions", "ClawKubernetes",
                "ClawModels",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Sources/ClawKit/Apps"),

        // MARK: Platform and Gateway
        .target(
            name: "ClawPlatform",
            dependencies: [
                "ClawBase", "ClawCertificates", "ClawControl", "ClawDocuments", "ClawKubernetes", "ClawLedger", "ClawModels", "ClawResources",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            path: "Sources/ClawKit/Platform"),
        .target(
            name: "ClawDialects",
            dependencies: [
                "ClawBase", "ClawDocuments", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            path: "Sources/ClawKit/Dialects"),
        .target(
            name: "ClawLedger", dependencies: ["ClawBase", .product(name: "DequeModule", package: "swift-collections")],
            path: "Sources/ClawKit/Ledger"),
        .target(
            name: "ClawGateway",
            dependencies: [
                "ClawBase", "ClawControl", "ClawDialects", "ClawDocuments", "ClawKubernetes", "ClawLedger", "ClawPlatform",
                "ClawResources",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Instrumentation", package: "swift-distributed-tracing"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "Yams", package: "Yams"),
            ],
            path: "Sources/ClawKit/Gateway"),

        // MARK: serving handlers, and the umbrella
        .target(
            name: "ClawHTTPServer",
            dependencies: [
                "ClawBase",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Sources/ClawKit/HTTPServer"),
        .target(
            name: "ClawNIOTransport",
            dependencies: [
                "ClawBase",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            path: "Sources/ClawKit/NIOTransport"),
        .target(
            name: "ClawWebhooks",
            dependencies: [
                "ClawBase", "ClawCertificates", "ClawCustomResources", "ClawDocuments", "ClawHTTPServer", "ClawKubernetes",
                "ClawModels",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/ClawKit/Webhooks"),
        .target(
            name: "ClawKit",
            dependencies: [
                "ClawApps", "ClawBase", "ClawDocuments", "ClawModels", "ClawKubernetes", "ClawControl",
                "ClawCluster", "ClawCustomResources", "ClawDialects", "ClawEnrolment", "ClawGateway", "ClawHTTPServer", "ClawLedger",
                "ClawNIOTransport", "ClawPlatform", "ClawResources", "ClawWebhooks",
            ], path: "Sources/ClawKit/Umbrella"),

        // MARK: PostgreSQL
        .systemLibrary(
            name: "CLibpq", path: "Sources/ClawKitPostgres/CLibpq", pkgConfig: "libpq",
            providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .target(
            name: "ClawKitPostgres",
            dependencies: [
                "CLibpq", "ClawBase", "ClawDocuments",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/ClawKitPostgres/Driver"),
        .target(
            name: "ClawPlatformPostgres",
            dependencies: [
                "ClawBase", "ClawControl", "ClawDocuments", "ClawKitPostgres", "ClawLedger", "ClawPlatform",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Sources/ClawKitPostgres/Store"),

        // MARK: examples: flags and composition only
        .target(
            name: "ExampleSupport",
            dependencies: [
                "ClawKit", .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], path: "Sources/Examples/Support"),
        .target(
            name: "ExampleStorage",
            dependencies: [
                "ClawKit", "ClawKitPostgres", "ClawPlatformPostgres", .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Sources/Examples/Storage"),
        .executableTarget(
            name: "control-plane",
            dependencies: [
                "ClawKit", "ClawKitPostgres", "ExampleStorage", "ExampleSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/Examples/ControlPlane"),
        .executableTarget(
            name: "orchestrator",
            dependencies: [
                "ClawKit", "ExampleSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/Examples/Orchestrator"),
        .executableTarget(
            name: "model-gateway",
            dependencies: [
                "ClawKit", "ClawKitPostgres", "ExampleStorage", "ExampleSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/Examples/ModelGateway"),
        .executableTarget(
            name: "claw",
            dependencies: [
                "ClawApps", "ClawBase", "ClawCluster", "ClawCustomResources", "ClawDocuments", "ClawEnrolment", "ClawGateway",
                "ClawHTTPServer", "ClawKubernetes", "ClawPlatform", "ExampleSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            path: "Sources/Examples/Claw"),
        .executableTarget(
            name: "agent-runtime",
            dependencies: [
                "ClawBase", "ClawDocuments", "ClawEnrolment", "ClawHTTPServer",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Sources/Examples/AgentRuntime"),

        // MARK: tests
        .target(name: "ArticleTesting", path: "Tests/Support/ArticleTesting"),
        .target(name: "ServiceTesting", path: "Tests/Support/ServiceTesting"),
        .target(
            name: "DialectTesting",
            dependencies: [
                "ClawBase", "ClawDialects", "ClawDocuments", .product(name: "HTTPTypes", package: "swift-http-types"),
            ], path: "Tests/Support/DialectTesting"),
        .target(name: "PostgresTesting", path: "Tests/Support/PostgresTesting"),
        .target(name: "LedgerTesting", dependencies: ["ClawBase", "ClawLedger"], path: "Tests/Support/LedgerTesting"),
        .target(name: "OperationTesting", dependencies: ["ClawPlatform"], path: "Tests/Support/OperationTesting"),
        .executableTarget(
            name: "worker-fixture",
            dependencies: [
                "ClawBase", "ClawKitPostgres", "ClawPlatform", "ClawPlatformPostgres", "OperationTesting",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Tests/Support/WorkerFixture"),
        .executableTarget(
            name: "share-fixture",
            dependencies: [
                "ClawBase", "ClawKitPostgres", "ClawLedger", "ClawPlatform", "ClawPlatformPostgres", "LedgerTesting",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Tests/Support/ShareFixture"),
        .target(
            name: "QuotaTesting", dependencies: ["ClawBase", "ClawDocuments", "ClawPlatform"],
            path: "Tests/Support/QuotaTesting"),
        .executableTarget(
            name: "quota-fixture",
            dependencies: [
                "ClawBase", "ClawKitPostgres", "ClawPlatform", "ClawPlatformPostgres", "QuotaTesting",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/Support/QuotaFixture"),
        .testTarget(
            name: "ClawPlatformPostgresTests",
            dependencies: [
                "ClawBase", "ClawDocuments", "ClawKitPostgres", "ClawLedger", "ClawPlatform", "ClawPlatformPostgres",
                "LedgerTesting", "OperationTesting", "PostgresTesting", "QuotaTesting", "ServiceTesting", "quota-fixture",
                "share-fixture", "worker-fixture",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "ClawKitPostgresTests",
            dependencies: [
                "ArticleTesting", "ClawBase", "ClawDocuments", "ClawKitPostgres", "PostgresTesting",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "IntegrationTesting",
            dependencies: [
                "ClawBase", "ClawCluster", "ClawHTTPServer", "ClawKubernetes", "ClawModels",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/Support/IntegrationTesting"),
        .executableTarget(
            name: "replica-fixture",
            dependencies: [
                "ClawBase", "ClawControl", "ClawKubernetes", "ClawModels",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Tests/Support/ReplicaFixture"),
        .executableTarget(
            name: "mirror-fixture",
            dependencies: [
                "ClawBase", "ClawDocuments", "ClawHTTPServer",
                .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Tests/Support/MirrorFixture"),
        .testTarget(
            name: "ClawBaseTests",
            dependencies: [
                "ClawBase", .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "ClawHTTPServerTests",
            dependencies: [
                "ClawBase", "ClawCluster", "ClawDocuments", "ClawHTTPServer", "ClawKubernetes", "ClawNIOTransport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .testTarget(name: "ClawDocumentsTests", dependencies: ["ClawDocuments"]),
        .testTarget(name: "ClawExpressionsTests", dependencies: ["ClawDocuments", "ClawExpressions"]),
        .testTarget(name: "ClawModelsTests", dependencies: ["ClawDocuments", "ClawModels"]),
        .testTarget(
            name: "ClawKubernetesTests",
            dependencies: [
                "ArticleTesting", "ClawBase", "ClawCluster", "ClawDocuments", "ClawHTTPServer", "ClawKubernetes",
                "ClawModels", "IntegrationTesting",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "ClawControlTests",
            dependencies: [
                "ArticleTesting", "ClawBase", "ClawCluster", "ClawControl", "ClawCustomResources", "ClawDocuments",
                "ClawKubernetes", "ClawModels", "IntegrationTesting",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ]),
        .testTarget(
            name: "ClawDialectsTests",
            dependencies: [
                "ClawBase", "ClawDialects", "ClawDocuments", "DialectTesting",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]),
        .testTarget(name: "ClawLedgerTests", dependencies: ["ClawBase", "ClawLedger", "LedgerTesting"]),
        .testTarget(
            name: "ClawGatewayTests",
            dependencies: [
                "ArticleTesting", "ClawBase", "ClawCluster", "ClawControl", "ClawDialects", "ClawDocuments", "ClawGateway",
                "ClawHTTPServer", "ClawKubernetes", "ClawLedger", "ClawModels", "ClawNIOTransport", "ClawPlatform", "ClawResources",
                "ServiceTesting",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]),
        .testTarget(
            name: "ClawPlatformTests",
            dependencies: [
                "ArticleTesting", "ClawBase", "ClawCertificates", "ClawCluster", "ClawControl", "ClawDocuments", "ClawEnrolment", "ClawHTTPServer",
                "ClawKubernetes", "ClawLedger", "ClawModels", "ClawPlatform", "ClawResources", "LedgerTesting", "ServiceTesting", .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "ClawCustomResourcesTests",
            dependencies: [
                "ArticleTesting", "ClawBase", "ClawCertificates", "ClawCluster", "ClawControl", "ClawCustomResources",
                "ClawDocuments", "ClawExpressions", "ClawHTTPServer", "ClawKubernetes", "ClawModels", "ClawResources",
                "ClawSchemas", "ClawWebhooks",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ], exclude: ["Generation/Samples"]),
        .testTarget(
            name: "ClawMacrosTests",
            dependencies: [
                "ArticleTesting", "ClawBase", "ClawCluster", "ClawControl", "ClawCustomResources", "ClawDocuments",
                "ClawHTTPServer", "ClawKubernetes", "ClawMacros", "ClawModels", "ClawWebhooks",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .target(name: "ClawMacroPlugin", condition: .when(traits: ["Macros"])),
                .product(name: "SwiftSyntaxMacros", package: "swift-syntax", condition: .when(traits: ["Macros"])),
                .product(
                    name: "SwiftSyntaxMacroExpansion", package: "swift-syntax", condition: .when(traits: ["Macros"])),
                .product(
                    name: "SwiftSyntaxMacrosGenericTestSupport", package: "swift-syntax",
                    condition: .when(traits: ["Macros"])),
            ]),
        .testTarget(
            name: "ClawAppsTests",
            dependencies: [
                "ArticleTesting", "ClawApps", "ClawBase", "ClawCluster", "ClawControl", "ClawCustomResources",
                "ClawDocuments", "ClawHTTPServer", "ClawKubernetes", "ClawModels", "IntegrationTesting",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .testTarget(name: "ClawPlatformConfigurationTests", dependencies: ["ClawBase", "ClawPlatform"]),
        .testTarget(
            name: "AgentRuntimeTests",
            dependencies: [
                "ClawBase", "ClawDocuments", "agent-runtime", .product(name: "HTTPTypes", package: "swift-http-types"),
            ]),
        .testTarget(
            name: "ClawCommandTests",
            dependencies: [
                "ClawBase", "ClawCluster", "ClawDocuments", "ClawGateway", "ClawHTTPServer", "ClawKubernetes",
                "ExampleSupport", "claw", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]),
        .testTarget(
            name: "ClawClusterTests",
            dependencies: [
                "ArticleTesting", "ClawCluster", "ClawDocuments", "ClawBase", "ClawModels", "ClawKubernetes",
                "ClawSchemas",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "ClawEndToEndTests",
            dependencies: [
                "ClawKit", "ClawKitPostgres", "ClawPlatformPostgres", "DialectTesting", "ExampleSupport", "PostgresTesting", "control-plane",
                "orchestrator", "model-gateway", "claw", "agent-runtime", "mirror-fixture",
                "replica-fixture",
                .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "Logging", package: "swift-log"),
            ]),
    ]
)

// The same strict settings everywhere (each named by its Swift Evolution proposal).
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461
    .enableUpcomingFeature("InferIsolatedConformances"),  // SE-0470
    .enableUpcomingFeature("ImmutableWeakCaptures"),  // SE-0481
] + (Context.environment["CLAWKIT_CI"] != nil ? [.treatAllWarnings(as: .error)] : [])

for target in package.targets where [.regular, .executable, .macro, .test].contains(target.type) {
    target.swiftSettings = (target.swiftSettings ?? []) + strict
}
