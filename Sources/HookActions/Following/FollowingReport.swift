import Cache
import Diagnostics
import Pipeline
import SystemPackage

/// One line about data that came, or did not come, with a checkout.
package struct FollowingReport {
    private var brought: [String] = []
    private var missing: [String] = []
    private var unsaved: [String] = []
    private var failed: [(path: String, problem: String)] = []

    /// A report of nothing.
    package init() {}

    /// Takes in what became of the data of one project.
    ///
    /// - Parameter prefix: The project's folder inside the repository.
    package mutating func add(_ report: DataCheckout.Report, below prefix: FilePath) {
        func named(_ path: String) -> String { prefix.isEmpty ? path : prefix.string + "/" + path }
        brought += (report.added + report.modified).map(named)
        for (path, error) in report.failures {
            let path = named(path)
            switch error {
            case CacheError.missingObject: missing.append(path)
            case CacheError.unsavedData: unsaved.append(path)
            default: failed.append((path, error.message))
            }
        }
    }

    /// What to say; `nil` where nothing happened.
    package var line: String? {
        var parts: [String] = []
        if !brought.isEmpty { parts.append("brought \(Self.named(brought))") }
        if !missing.isEmpty {
            parts.append("\(Self.named(missing)) not in the cache, 'git exp data pull' gets what a remote has")
        }
        if !unsaved.isEmpty {
            parts.append(
                "left \(Self.named(unsaved)), whose changes are saved nowhere, as found, "
                    + "'git exp checkout --force' replaces them")
        }
        if let failure = failed.first {
            parts.append("could not bring \(Self.named(failed.map(\.path))): \(failure.problem)")
        }
        return parts.isEmpty ? nil : "git exp: " + parts.joined(separator: "; ")
    }

    /// `model.pkl, data/ and 3 more outputs`.
    private static func named(_ paths: [String]) -> String {
        let shown = paths.prefix(3).map { "'\(Console.sanitized($0))'" }.joined(separator: ", ")
        let more = paths.count - 3
        return more > 0 ? shown + " and \(more) more" : shown
    }
}
