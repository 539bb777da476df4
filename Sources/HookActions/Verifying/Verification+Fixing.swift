import Files
import Git
import SystemPackage

extension Verification {
    /// Stages lock files of the workspace that describe what is staged, where the staged ones do not.
    ///
    /// - Parameter verdict: On what is staged.
    /// - Returns: The files that were staged, from the top of the repository.
    package func fix(_ verdict: Verdict) throws -> [String] {
        let fresh = try freshLocks(verdict)
        guard !fresh.isEmpty, let workTree = repository.workTree else { return [] }
        let answer = try GitCommand(in: workTree).run(["--literal-pathspecs", "add", "--"] + fresh)
        guard answer.exit.isSuccess else {
            throw GitCommandError.failed(arguments: ["add"], complaint: answer.complaint)
        }
        return fresh
    }

    /// The lock files of the workspace that describe what is staged, where the staged ones do not.
    func freshLocks(_ verdict: Verdict) throws -> [String] {
        guard let workTree = repository.workTree else { return [] }
        var paths: [String] = []
        for path in verdict.stages.map(\.lockFile) where path.hasSuffix("dvc.lock") {
            if !paths.contains(where: { $0.isIdentical(to: path) }) { paths.append(path) }
        }
        return try paths.filter { path in
            guard let bytes = try FileIO.read(workTree.pushing(FilePath(path))) else { return false }
            let tried = try self.verdict(on: .staged, replacing: [path: bytes])
            return !tried.stages.contains { $0.lockFile.isIdentical(to: path) }
                && !tried.files.contains { $0.path.isIdentical(to: path) }
        }
    }
}
