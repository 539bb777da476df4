import Diagnostics
import Files

extension ProjectWorkspace {
    /// What a `.dvc` file would say of its data as it is now; the data is stored in the cache, the file stays as it is.
    ///
    /// - Returns: `nil` where it says so already, or where the data is not here.
    package func presentEntry(of data: TrackedData, console: Console) throws -> StageLock? {
        for output in data.stage.outputs {
            guard try FileStatus.of(root.pushing(output.rooted), followingLinks: true) != nil else { return nil }
        }
        let saver = StageSaver(self, console: console, sync: false)
        let saved = try saver.store(
            data.stage, address: data.stage.address(), inputs: saver.recordedInputs(of: data.stage),
            StageSaver.Manner())
        return data.entry.isEqual(to: saved.entry) ? nil : saved.entry
    }
}
