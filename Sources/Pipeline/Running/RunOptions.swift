/// How stages are to be run.
package struct RunOptions {
    /// What happens when a stage fails.
    package enum FailurePolicy: Sendable {
        /// Nothing more is started.
        case stop
        /// Stages that do not need what failed still run; the run fails at its end.
        case keepGoing
        /// All stages run, and the run succeeds.
        case ignore
    }

    /// Run stages also where nothing changed.
    package var force = false
    /// Run everything that needs a stage that ran, changed or not.
    package var forceDownstream = false
    /// Only say what would run.
    package var dryRun = false
    /// Do not run a stage whose only fault is data that is not here.
    package var allowMissing = false
    /// Asks before each stage; `nil` does not ask.
    package var confirm: ((String) -> Bool)?
    /// Whether files must have reached the disk before a stage counts as done.
    package var sync = false
    /// Whether outputs go into the cache.
    package var storesOutputs = true
    /// Whether to look for an earlier run with the same inputs.
    package var usesRunCache = true
    /// Brings data that is not here; `nil` does not look for it elsewhere.
    package var supply: DataSupply?
    /// What happens when a stage fails; a signal ends the run in any case.
    package var onFailure = FailurePolicy.stop
    /// How many stages may run at the same time.
    package var jobs = 1

    /// Runs what changed, one stage after the other, and stops at the first failure.
    package init() {}

    /// Whether stages may run at the same time; not where somebody is asked, or only shown what would run.
    package var isParallel: Bool { jobs > 1 && !dryRun && confirm == nil }
}
