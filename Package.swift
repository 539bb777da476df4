// swift-tools-version: 6.1
import PackageDescription

// `GIT_EXP_DYNAMIC_LIBGIT2=1` links the shared libgit2 instead of the static one without its network layer.
let dynamicLibgit2 = Context.environment["GIT_EXP_DYNAMIC_LIBGIT2"] == "1"
let strict = Context.environment["GIT_EXP_WARNINGS_AS_ERRORS"] == "1"

let swiftSettings: [SwiftSetting] = strict ? [.unsafeFlags(["-warnings-as-errors"])] : []
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

func library(
    _ name: String, _ dependencies: [Target.Dependency], path: String? = nil, linker: [LinkerSetting] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: path, swiftSettings: swiftSettings, linkerSettings: linker)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport", systemPackage], exclude: fixtures(of: name),
        swiftSettings: swiftSettings)
}

/// Fixtures are read from the source tree by their path, so they are not copied into bundles.
func fixtures(of name: String) -> [String] {
    ["FormatsTests", "CacheTests", "PipelineTests", "EndToEndTests"].contains(name) ? ["Golden"] : []
}

let package = Package(
    name: "git-exp",
    products: [.executable(name: "git-exp", targets: ["git-exp"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
    ],
    targets: [
        .executableTarget(
            name: "git-exp", dependencies: ["GitExpCommands", "Diagnostics", "CRuntimeStubs"],
            swiftSettings: swiftSettings),
        library(
            "GitExpCommands",
            [
                "Experiments", "HookActions", "HookScripts", "Merging", "Pipeline", "Cache", "Git", "Reporting",
                "Formats", "Files", "Processes", "Diagnostics", argumentParser, systemPackage,
            ]),
        library(
            "HookActions",
            [
                "HookScripts", "Git", "Pipeline", "Cache", "Formats", "Files", "Processes", "Diagnostics",
                systemPackage,
            ]),
        .target(
            name: "HookScripts", path: "Hooks",
            resources: ["pre-commit", "post-checkout", "post-merge", "post-rewrite", "pre-push"].map {
                .embedInCode($0)
            },
            swiftSettings: swiftSettings),
        library(
            "Experiments",
            [
                "Git", "Pipeline", "Cache", "Reporting", "Formats", "Files", "Processes", "Diagnostics", "CSys",
                systemPackage,
            ]),
        library("Merging", ["Pipeline", "Cache", "Formats", "Files", "Diagnostics", systemPackage]),
        library("Pipeline", ["Cache", "Formats", "Files", "Processes", "Diagnostics", "CSys", systemPackage]),
        library("Cache", ["Formats", "Files", "Diagnostics", "CMD5", "CSys", systemPackage]),
        library("Reporting", ["Formats", "Files", "Diagnostics"]),
        library(
            "Git", ["Clibgit2", "CGitNetworkStubs", "Files", "Processes", "Diagnostics", systemPackage],
            linker: dynamicLibgit2
                ? []
                : [":libpcre2-8.a", ":libz.a", ":libhttp_parser.a", ":libmbedcrypto.a"].map { .linkedLibrary($0) }),
        library("Formats", ["Clibyaml", "CSys", "Files", "Diagnostics", systemPackage]),
        library("Processes", ["CSys", "Files", "Diagnostics", systemPackage]),
        library("Files", ["CSys", "Diagnostics", systemPackage]),
        library("Diagnostics", []),
        .systemLibrary(name: "Clibgit2", path: dynamicLibgit2 ? "Sources/Clibgit2/Dynamic" : "Sources/Clibgit2/Static"),
        .target(name: "CGitNetworkStubs", cSettings: dynamicLibgit2 ? [.define("GIT_EXP_DYNAMIC_LIBGIT2")] : []),
        .target(name: "CRuntimeStubs"),
        .systemLibrary(name: "Clibyaml"),
        .target(name: "CSys"),
        .target(name: "CMD5", cSettings: [.unsafeFlags(["-O3"])]),
        .target(
            name: "TestSupport", dependencies: ["Processes", "Files", systemPackage], path: "Tests/TestSupport",
            swiftSettings: swiftSettings),
        tests("DiagnosticsTests", ["Diagnostics"]),
        tests("FilesTests", ["Files"]),
        tests("FormatsTests", ["Formats"]),
        tests("ProcessesTests", ["Processes"]),
        tests("CacheTests", ["Cache"]),
        tests("GitTests", ["Git"]),
        tests("ReportingTests", ["Reporting"]),
        tests("PipelineTests", ["Pipeline"]),
        tests("MergingTests", ["Merging", "Pipeline", "Cache", "Formats", "Files"]),
        tests("ExperimentsTests", ["Experiments", "Pipeline", "Cache", "Files"]),
        tests("HookActionsTests", ["HookActions", "HookScripts", "Files"]),
        tests("EndToEndTests", []),
    ]
)
