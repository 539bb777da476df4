import Cache
import Diagnostics
import Files
import SystemPackage

/// Brings the data that lock files and `.dvc` files name into the workspace.
package struct DataCheckout {
    /// How data is brought.
    package struct Options: Sendable {
        /// Replace data that is saved nowhere.
        package var force = false
        /// Make all files links of the wanted type anew.
        package var relink = false
        /// Data that is not in the cache is left out without an error.
        package var allowMissing = false

        /// Refuses what would replace data that is saved nowhere, and wants all data to be there.
        package init() {}
    }

    /// What became of the workspace.
    package struct Report {
        /// Paths seen from the project root; folders with a slash at the end.
        package var modified: [String] = []
        /// Likewise.
        package var added: [String] = []
        /// Likewise.
        package var deleted: [String] = []
        /// Numbers of files.
        package var count = CheckoutOutcome()
        /// The number of files that became other links.
        package var relinked = 0
        /// What could not be brought, and why.
        package var failures: [(path: String, error: any UserFacingError)] = []

        /// Nothing was brought yet.
        package init() {}
    }

    private let workspace: ProjectWorkspace
    private let console: Console
    private let options: Options

    /// Takes the project whose lock files and `.dvc` files count.
    package init(_ workspace: ProjectWorkspace, options: Options, console: Console) {
        self.workspace = workspace
        self.options = options
        self.console = console
    }

    /// Brings the targets.
    ///
    /// - Parameter isEverything: Whether the targets are all of the project; then data that an earlier checkout brought
    ///   and that nothing tracks any more goes, if it is unchanged.
    /// - Throws: `FileError` and the like; what concerns one output alone is in the report.
    package func run(_ targets: [DataTarget], isEverything: Bool) throws -> Report {
        var report = Report()
        let checkout = Checkout(workspace.reader)
        let placed = PlacedData(workspace)
        if isEverything {
            for path in try placed.removeForgotten(checkout) {
                report.deleted.append(path)
                report.count.deleted += 1
            }
        }
        for target in targets {
            let entry = workspace.lock(of: target.stage)
            for output in target.outputs where output.isCached {
                do {
                    try bring(output, entry, target.below, checkout, &report)
                } catch let error as CacheError {
                    if case .missingObject = error, options.allowMissing { continue }
                    report.failures.append((output.rooted.string, error))
                } catch let error as RunError {
                    report.failures.append((output.rooted.string, error))
                }
            }
        }
        try placed.record(targets)
        return report
    }

    private func bring(
        _ output: Output, _ entry: StageLock?, _ below: String?, _ checkout: Checkout, _ report: inout Report
    ) throws {
        guard try workspace.isReallyInside(output.rooted) else { throw RunError.outputOutside(path: output.path) }
        let path = workspace.root.pushing(output.rooted)
        guard let hash = entry?.output(output.path)?.hash else {
            if try FileStatus.of(path, followingLinks: false) == nil {
                console.warn("'\(Console.sanitized(output.rooted.string))' was never saved, so it cannot be brought")
            }
            return
        }
        let outcome = try checkout.checkOut(hash, to: path, overwriting: options.force, below: below)
        let shown = output.rooted.string + (hash.isDirectory ? "/" : "")
        switch outcome.change {
        case .none: break
        case .added: report.added.append(shown)
        case .modified: report.modified.append(shown)
        }
        report.count.added += outcome.added
        report.count.modified += outcome.modified
        report.count.deleted += outcome.deleted
        if options.relink { report.relinked += try checkout.relink(hash, at: path) }
    }
}
