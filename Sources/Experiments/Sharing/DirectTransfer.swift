import Cache
import Diagnostics
import Files
import Pipeline
import SystemPackage

/// Sends data to a remote that neither the cache nor the workspace is to keep.
///
/// On the way it lies in a folder of its own, which is gone when this is done.
package struct DirectTransfer {
    private let context: ProjectContext
    private let workspace: ProjectWorkspace
    private let options: DataSharing.Options

    /// Takes the project whose remotes and rules count; whoever calls holds its lock.
    package init(_ context: ProjectContext, _ workspace: ProjectWorkspace, _ options: DataSharing.Options) {
        self.context = context
        self.workspace = workspace
        self.options = options
    }

    /// Sends a file or a folder.
    ///
    /// - Parameters:
    ///   - source: An absolute path, inside or outside the project.
    ///   - output: What is going to track it; it may be bound to a remote.
    /// - Throws: `CacheError`, `RemoteSettingsError`, `RemoteError`, and what went wrong with the first file that could
    ///   not be sent.
    package func send(_ source: FilePath, as output: Output) throws -> OutputHash {
        let folder = ProjectWorkspace.scratch(of: workspace.root).appending("passing")
        // What a killed process left there is of no use.
        try FileIO.removeTree(folder)
        defer { try? FileIO.removeTree(folder) }
        try FileIO.makeDirectories(folder)
        let store = ObjectStore(directory: folder)
        let reader = DataReader(
            store: store, memo: workspace.memo, root: workspace.root, ignoring: workspace.reader.ignoring,
            progress: workspace.reader.progress)
        guard let hash = try reader.hash(source, generation: workspace.generation, saving: true) else {
            throw CacheError.missing(source)
        }
        let report = try DataSharing(context, store, options).push([UsedOutput(output, hash)].compactMap(\.self))
        if let failure = report.failures.first { throw failure.error }
        return hash
    }
}
