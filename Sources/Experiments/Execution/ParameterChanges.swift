import Files
import Formats
import Pipeline
import SystemPackage

/// Overrides written into the parameter files of the workspace.
enum ParameterChanges {
    /// Applies all overrides, or none.
    ///
    /// - Returns: What puts the files back as they were.
    /// - Throws: ``OverrideError``, ``FormatError``, ``FileError``; then no file changed.
    static func apply(_ overrides: [ParameterOverride], in context: ExperimentContext) throws -> () throws -> Void {
        var files: [String] = []
        for override in overrides where !files.contains(where: { $0.isIdentical(to: override.file) }) {
            files.append(override.file)
        }
        var edits: [(path: FilePath, old: [UInt8], new: [UInt8])] = []
        for file in files {
            let rooted = ProjectPath.rooted(file, in: context.folder, root: context.project.root)
            guard ProjectPath.isInside(rooted) else { throw OverrideError.missingFile(file) }
            let path = context.project.root.pushing(rooted)
            guard let old = try FileIO.read(path) else { throw OverrideError.missingFile(file) }
            let own = overrides.filter { $0.file.isIdentical(to: file) }
            let new = try ParameterEdit.apply(own, to: old, name: file)
            if new != old { edits.append((path, old, new)) }
        }
        for edit in edits { try FileIO.replace(edit.path, with: edit.new, sync: false) }
        return { for edit in edits { try FileIO.replace(edit.path, with: edit.old, sync: false) } }
    }
}
