import Diagnostics
import Files
import Git
import Pipeline
import SystemPackage

/// What `git exp save` was asked for.
package struct SaveRequest {
    /// Of the experiment; `nil` makes one up.
    package var name: String?
    /// Replace an experiment of the name.
    package var force = false
    /// The message of the commit; `nil` for one that names the stages' hash.
    package var message: String?
    /// Files that git does not track, as seen from the folder of the call.
    package var untracked: [String] = []
    /// What to take into the cache; empty means all of the project.
    package var targets: [String] = []
    /// Take targets as folders.
    package var recursive = false

    /// All of the project, under a name that is made up.
    package init() {}
}

/// Records the workspace as it is, without running anything, as an experiment.
package struct WorkspaceSaving {
    private let context: ExperimentContext
    private var console: Console { context.console }

    /// Takes the project; nothing happens yet.
    package init(_ context: ExperimentContext) { self.context = context }

    /// Takes outputs into the cache, brings the lock files up to date, and commits the workspace on top of `HEAD`.
    ///
    /// - Throws: ``ExperimentError``, ``DataError``, and what committing data throws; no experiment is there then.
    package func save(_ request: SaveRequest) throws -> Experiment {
        let head = try context.head()
        if let name = request.name { try context.checkName(name) }
        let repository = context.repository
        let identity = try Identity(of: repository, settings: context.settings)
        try RunInfo.refuseOthers(context)
        try FileIO.makeDirectories(context.scratch)
        let further = try request.untracked.map(pathToInclude)
        var saved: Experiment?
        try ProjectLock(context).exclusively {
            // Others had time to begin while this waited.
            try RunJournal.refuseOthers(in: context.scratch)
            // Before data is hashed, which may take long.
            let fresh = try ExperimentReference.fresh(
                named: request.name, baseline: head, replacing: request.force, in: repository)
            let workspace = try context.workspace()
            try commitData(workspace, request)
            let recorder = try ExperimentRecorder(
                context, workspace: workspace,
                index: repository.workspaceIndex(settings: context.settings, scratch: context.scratch),
                identity: identity, reference: fresh.reference, start: head, expecting: fresh.expected,
                isContinuing: false, command: "save")
            try recorder.recordWorkspace(including: further, message: request.message)
            saved = Experiment(reference: fresh.reference, tip: recorder.tip)
        }
        guard let saved else { throw ExperimentError.stateMoved("the workspace") }
        try tellWhatIsMissing(from: repository.commit(saved.tip).tree)
        AutomaticPush(context).push(saved.reference)
        return saved
    }

    private func commitData(_ workspace: ProjectWorkspace, _ request: SaveRequest) throws {
        let targets = try workspace.targets(request.targets, in: context.folder, recursive: request.recursive)
        let committing = DataCommitting(
            workspace, folder: context.folder, console: console, sync: try context.isDurable)
        defer { workspace.memo.save() }
        try committing.commit(targets, allows: nil)
        try PlacedData(workspace).record(targets)
    }

    /// A path of the repository that the user names.
    private func pathToInclude(_ text: String) throws -> FilePath {
        let path = context.inRepository(context.folder).pushing(FilePath(text)).lexicallyNormalized()
        let top = context.repository.workTree ?? ""
        let inside = path.isAbsolute ? path.relative(to: top.lexicallyNormalized()) : path
        guard let inside, ProjectPath.isInside(inside), inside.components.first != ".git" else {
            throw ExperimentError.cannotInclude(text, reason: "it is not in this repository")
        }
        guard try FileStatus.of(top.pushing(inside), followingLinks: false) != nil else {
            throw ExperimentError.cannotInclude(text, reason: "it does not exist")
        }
        return inside
    }

    /// Names files that git neither tracks nor ignores, and that the commit does not have.
    private func tellWhatIsMissing(from tree: TreeID) throws {
        let repository = context.repository
        guard let top = repository.workTree else { return }
        let answer = try GitCommand(in: top).run(
            "-c", "core.fsmonitor=false", "ls-files", "-z", "--others", "--exclude-standard")
        let left = try answer.output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.filter { path in
            try repository.entry(at: path, in: tree) == nil
        }
        if left.isEmpty { return }
        let names = left.prefix(10).map { "'\(Console.sanitized($0))'" }.joined(separator: ", ")
        let more = left.count > 10 ? " and \(left.count - 10) more" : ""
        console.warn("git does not track these files, so they are not part of the experiment: \(names)\(more)")
        console.hint("'-I PATH' includes them")
    }
}
