import Formats
import Git
import Pipeline
import SystemPackage

/// A run that will happen away from the workspace, with everything it needs in commits.
///
/// DVC knows it by a commit like those of `git stash`: the tree that the run starts from, with the call of DVC that
/// runs it in a file besides.
package struct FrozenRun: Sendable {
    /// The commit that DVC knows it by.
    package let stash: CommitID
    /// What the run's folder holds at its start.
    package let tree: TreeID
    /// The experiment that it becomes.
    package let reference: ExperimentReference
    /// The parent of its first commit.
    package let start: CommitID
    /// Whether the experiment exists, and grows.
    package let extends: Bool
    /// Whether training goes on from a checkpoint.
    package let isContinuing: Bool

    /// Where the call of DVC stands in the tree.
    static let callFile: FilePath = ".dvc/tmp/repro.dat"

    /// The message by which DVC recognises such a commit.
    static func message(_ reference: ExperimentReference, start: CommitID, extends: Bool) -> String {
        "dvc-exp:\(start.hex):\(reference.baseline.hex):\(reference.name)" + (extends ? ":" + reference.fullName : "")
    }
}

extension RunRequest {
    /// The arguments of the call of DVC that does the same.
    ///
    /// Only what is not usual is there, so that the releases of DVC that do not know it take the others.
    ///
    /// - Parameter hasPolicy: Whether what happens when a stage fails may be there: DVC 2 fails where it is.
    func call(baseline: CommitID, name: String, startsOver: Bool, hasPolicy: Bool = true) -> Mapping {
        var call = Mapping([
            (
                "run_env",
                .mapping(Mapping([("DVC_EXP_BASELINE_REV", .string(baseline.hex)), ("DVC_EXP_NAME", .string(name))]))
            ),
            ("targets", .list(selection.targets.map { .string($0) })),
        ])
        let flags = [
            ("single_item", selection.singleItem), ("pipeline", selection.wholePipelines),
            ("all_pipelines", selection.allPipelines), ("downstream", selection.downstream),
            ("recursive", selection.recursive), ("glob", selection.glob), ("force", options.force),
            ("force_downstream", options.forceDownstream), ("allow_missing", options.allowMissing),
            ("reset", startsOver), ("pull", pulls),
        ]
        for (name, isSet) in flags where isSet { call[name] = .bool(true) }
        if hasPolicy, let policy = options.onFailure.word { call["on_error"] = .string(policy) }
        return call
    }

    /// Reads such arguments, also those that DVC wrote.
    init(call: Mapping) {
        self.init()
        func isSet(_ name: String) -> Bool { call[name]?.bool ?? false }
        selection.targets = (call["targets"]?.list ?? []).compactMap(\.string)
        selection.singleItem = isSet("single_item")
        selection.wholePipelines = isSet("pipeline")
        selection.allPipelines = isSet("all_pipelines")
        selection.downstream = isSet("downstream")
        selection.recursive = isSet("recursive")
        selection.glob = isSet("glob")
        options.force = isSet("force")
        options.forceDownstream = isSet("force_downstream")
        options.allowMissing = isSet("allow_missing")
        options.usesRunCache = call["run_cache"]?.bool ?? true
        reset = isSet("reset")
        pulls = isSet("pull")
        options.onFailure = RunOptions.FailurePolicy(word: call["on_error"]?.string)
    }
}

extension RunOptions.FailurePolicy {
    /// What DVC calls it; `nil` for what is usual.
    var word: String? {
        switch self {
        case .stop: nil
        case .keepGoing: "keep-going"
        case .ignore: "ignore"
        }
    }

    init(word: String?) {
        switch word {
        case "keep-going": self = .keepGoing
        case "ignore": self = .ignore
        default: self = .stop
        }
    }
}
