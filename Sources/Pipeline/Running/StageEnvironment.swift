import Cache
import SystemPackage

/// The variables that a stage's command finds in its environment.
package struct StageEnvironment: Sendable {
    /// What the run adds for all of its stages.
    package var additions: [String: String]
    private let inherited: [String: String]
    private let root: FilePath

    /// Takes the environment of this process, the absolute path of the project, and what the run adds for all stages.
    package init(inherited: [String: String], root: FilePath, additions: [String: String] = [:]) {
        self.inherited = inherited
        self.root = root
        self.additions = additions
    }

    /// The whole environment of one stage.
    package func variables(for stage: Stage, address: String) -> [String: String] {
        var result = inherited
        // Training code that looks for the project must find this one, whatever an outer run set.
        result["DVC_ROOT"] = root.string
        result["DVC_STAGE"] = address
        result["DVC_CHECKPOINT"] = stage.hasCheckpoints ? "1" : nil
        for (name, value) in stage.live?.environment ?? [] { result[name] = value }
        result.merge(additions) { $1 }
        return result
    }
}
