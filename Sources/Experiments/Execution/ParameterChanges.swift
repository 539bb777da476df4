import Files
import Formats
import Pipeline
import SystemPackage

/// What overrides make of the parameter files of the workspace.
enum ParameterChanges {
    /// A file that is another one with the overrides.
    private struct Edit {
        let rooted: FilePath
        let old: [UInt8]
        let new: [UInt8]
    }

    /// Applies all overrides, or none.
    ///
    /// - Returns: What puts the files back as they were.
    /// - Throws: ``OverrideError``, ``FormatError``, ``FileError``; then no file changed.
    static func apply(_ overrides: [ParameterOverride], in context: ExperimentContext) throws -> () throws -> Void {
        let edits = try edits(overrides, in: context)
        let root = context.project.root
        for edit in edits { try FileIO.replace(root.pushing(edit.rooted), with: edit.new, sync: false) }
        return { for edit in edits { try FileIO.replace(root.pushing(edit.rooted), with: edit.old, sync: false) } }
    }

    /// The contents that the overrides would give to files, by their paths from the project's root; no file changes.
    ///
    /// - Parameter tree: Where the files are read; `nil` is the workspace.
    /// - Throws: ``OverrideError``, ``FormatError``, ``FileError``.
    static func contents(
        with overrides: [ParameterOverride], in context: ExperimentContext, of tree: (any FileTree)? = nil
    ) throws -> [FilePath: [UInt8]] {
        try Dictionary(edits(overrides, in: context, tree).map { ($0.rooted, $0.new) }, uniquingKeysWith: { $1 })
    }

    private static func edits(
        _ overrides: [ParameterOverride], in context: ExperimentContext, _ tree: (any FileTree)? = nil
    ) throws -> [Edit] {
        var files: [String] = []
        for override in overrides where !files.contains(where: { $0.isIdentical(to: override.file) }) {
            files.append(override.file)
        }
        var edits: [Edit] = []
        for file in files {
            let rooted = ProjectPath.rooted(file, in: context.folder, root: context.project.root)
            guard ProjectPath.isInside(rooted) else { throw OverrideError.missingFile(file) }
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
            folder.removeLastComponent()
            let rooted = ProjectPath.rooted(file, in: folder, root: context.project.root)
            let isThere = try FileStatus.of(context.project.root.pushing(rooted), followingLinks: true)?.kind == .file
            if ProjectPath.isInside(rooted), isThere {
                return ProjectPath.relative(rooted, from: context.folder).string
            }
        }
        return nil
    }
}
