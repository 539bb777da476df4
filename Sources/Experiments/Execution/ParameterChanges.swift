import Files
import Formats
import Git
import Pipeline
import SystemPackage

/// What a run changes in files before it starts: parameters that are set, and the `dvc.yaml` for a command of its own.
enum ParameterChanges {
    /// A file that the request makes another one.
    private struct Edit {
        let rooted: FilePath
        /// `nil` where there is none.
        let old: [UInt8]?
        let new: [UInt8]
    }

    /// Changes all files, or none.
    ///
    /// - Returns: What puts the files back as they were.
    /// - Throws: ``OverrideError``, ``PipelineError``, ``FormatError``, ``FileError``; then no file changed.
    static func apply(_ request: RunRequest, in context: ExperimentContext) throws -> () throws -> Void {
        let edits = try edits(request, in: context)
        let root = context.project.root
        for edit in edits { try FileIO.replace(root.pushing(edit.rooted), with: edit.new, sync: false) }
        return {
            for edit in edits {
                let path = root.pushing(edit.rooted)
                if let old = edit.old {
                    try FileIO.replace(path, with: old, sync: false)
                } else {
                    try FileIO.remove(path)
                }
            }
        }
    }

    /// The contents that the request would give to files, by their paths from the project's root; no file changes.
    ///
    /// - Parameter tree: Where the files are read; `nil` is the workspace.
    /// - Throws: ``OverrideError``, ``PipelineError``, ``FormatError``, ``FileError``.
    static func contents(
        for request: RunRequest, in context: ExperimentContext, of tree: (any FileTree)? = nil
    ) throws -> [FilePath: [UInt8]] {
        try Dictionary(edits(request, in: context, tree).map { ($0.rooted, $0.new) }, uniquingKeysWith: { $1 })
    }

    /// The same as changes of a tree of the repository; files keep the execute bit that they have in the workspace.
    static func treeChanges(_ contents: [FilePath: [UInt8]], _ context: ExperimentContext) throws -> [TreeChange] {
        try contents.map { rooted, bytes in
            let status = try FileStatus.of(context.project.root.pushing(rooted), followingLinks: true)
            return .put(
                context.inRepository(rooted), try context.repository.writeBlob(bytes),
                isExecutable: (status?.mode ?? 0) & 0o100 != 0)
        }
    }

    /// The pipeline file of the folder of the call, with the command as a stage.
    private static func edit(
        for command: CommandStage, in context: ExperimentContext, _ tree: (any FileTree)?
    ) throws -> Edit {
        let file = context.folder.appending("dvc.yaml")
        let old = try tree.map { try $0.contents(of: file) } ?? FileIO.read(context.project.root.pushing(file))
        if tree == nil {
            if try context.sourceControl.isIgnored(file, false) {
                throw ExperimentError.pipelineIgnored(file.string)
            }
            for output in command.cachedOutputs {
                let rooted = ProjectPath.rooted(output, in: context.folder, root: context.project.root)
                if ProjectPath.isInside(rooted), try context.sourceControl.isTracked(rooted) {
                    throw RunError.outputTracked(path: output)
                }
            }
        }
        let templates = try tree.map { TemplateSource($0) } ?? context.project.templates()
        return Edit(rooted: file, old: old, new: try command.apply(to: old, file: file, templates: templates))
    }

    private static func edits(
        _ request: RunRequest, in context: ExperimentContext, _ tree: (any FileTree)? = nil
    ) throws -> [Edit] {
        let overrides = request.overrides
        var files: [String] = []
        for override in overrides where !files.contains(where: { $0.isIdentical(to: override.file) }) {
            files.append(override.file)
        }
        var edits = try request.command.map { [try edit(for: $0, in: context, tree)] } ?? []
        let pipeline = edits.first?.rooted
        for file in files {
            let rooted = ProjectPath.rooted(file, in: context.folder, root: context.project.root)
            guard ProjectPath.isInside(rooted), rooted != pipeline else { throw OverrideError.missingFile(file) }
            let found =
                try tree.map { try $0.contents(of: rooted) } ?? FileIO.read(context.project.root.pushing(rooted))
            guard let old = found else {
                throw OverrideError.missingFile(file, instead: try above(file, in: context))
            }
            let own = overrides.filter { $0.file.isIdentical(to: file) }
            let new = try ParameterEdit.apply(own, to: old, name: file)
            if new != old { edits.append(Edit(rooted: rooted, old: old, new: new)) }
        }
        return edits
    }

    /// A file of that name in the nearest folder above that has one, seen from the folder of the call.
    private static func above(_ file: String, in context: ExperimentContext) throws -> String? {
        var folder = context.folder
        while !folder.isEmpty {
            folder = folder.parent
            let rooted = ProjectPath.rooted(file, in: folder, root: context.project.root)
            let isThere = try FileStatus.of(context.project.root.pushing(rooted), followingLinks: true)?.kind == .file
            if ProjectPath.isInside(rooted), isThere {
                return ProjectPath.relative(rooted, from: context.folder).string
            }
        }
        return nil
    }
}
