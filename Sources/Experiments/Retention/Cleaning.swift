import Files
import Git
import Pipeline
import SystemPackage

/// Removes what processes left that are gone, and records of removed experiments that are too old.
package struct Cleaning {
    private let context: ExperimentContext

    /// Takes the project; nothing is looked at yet.
    package init(_ context: ExperimentContext) { self.context = context }

    /// What would go.
    package struct Leftovers {
        /// Files, seen from the project root.
        package let files: [FilePath]
        /// References of records of what was removed long ago.
        package let records: [NamedCommit]
    }

    /// Finds out what would go, and removes nothing.
    package func leftovers() throws -> Leftovers {
        let root = context.project.root
        var files: [FilePath] = []
        // Copies of the index are named after the process that works on them.
        for entry in try FileIO.list(context.scratch) ?? [] {
            if entry.name.hasPrefix(OutputsAside.givenUp) {
                files.append(context.scratch.appending(entry.name).relative(to: root) ?? "")
            }
            for kind in ["index-", "apply-"] where entry.name.hasPrefix(kind) {
                let digits = entry.name.dropFirst(kind.count).prefix { $0 != "." }
                guard let process = Int32(digits), !isAlive(process) else { continue }
                files.append(context.scratch.appending(entry.name).relative(to: root) ?? "")
            }
        }
        // After a killed run of DVC these belong to what has to be mended.
        let mark = try context.repository.commit(named: StateReference.baseline)
        if RunInfo.running(in: root) == nil, mark == nil {
            files += ["workspace.json", "workspace.run"].map { FilePath(".dvc/tmp/exps/run/workspace/" + $0) }
        }
        return Leftovers(
            files: try files.filter { try FileStatus.of(root.pushing($0), followingLinks: false) != nil },
            records: try UndoRecords(context).expired())
    }

    /// Removes what ``leftovers()`` finds, while no other process writes.
    ///
    /// - Returns: What went.
    /// - Throws: `FileLockError` where another process did not end its work in time; `FileError`, ``GitError``.
    package func clean() throws -> Leftovers {
        var gone: Leftovers?
        try ProjectLock(context).exclusively {
            let leftovers = try leftovers()
            for file in leftovers.files { try FileIO.remove(context.project.root.pushing(file)) }
            try ReferenceEditing(context).perform([], command: "clean")
            gone = leftovers
        }
        return gone ?? Leftovers(files: [], records: [])
    }
}
