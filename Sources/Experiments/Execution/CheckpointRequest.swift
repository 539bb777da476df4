import Diagnostics
import Files
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A stage's request for a checkpoint, made by the command itself.
package struct CheckpointRequest {
    private let environment: [String: String]

    /// Takes the environment of this process, where a run has left its marks.
    package init(environment: [String: String]) { self.environment = environment }

    /// Asks, and waits for the answer. Outside a run nothing happens.
    ///
    /// - Throws: ``CheckpointRequestError`` where the run ended without answering.
    package func send() throws {
        guard let root = environment["DVC_ROOT"], !root.isEmpty,
            let token = environment[RunJournal.tokenVariable] ?? environment["DVC_CHECKPOINT"]
        else { return }
        let file = FilePath(root).pushing(".dvc/tmp/DVC_CHECKPOINT")
        let runner = token.split(separator: "-").first.flatMap { Int32($0) }.flatMap { $0 > 1 ? $0 : nil }
        let descriptor: FileDescriptor
        do {
            descriptor = try FileIO.retry {
                try FileDescriptor.open(
                    file, .writeOnly, options: [.create, .closeOnExec], permissions: FilePermissions(rawValue: 0o666))
            }
        } catch {
            throw FileError("ask for a checkpoint with", file, error)
        }
        try? descriptor.close()
        var rounds = 0
        while try FileStatus.of(file, followingLinks: false) != nil {
            // The run may be gone; it is asked for now and then only.
            if rounds % 500 == 499, let runner, !isAlive(runner) {
                try? FileIO.remove(file)
                throw CheckpointRequestError.runEnded
            }
            rounds += 1
            usleep(1_000)
        }
    }
}

/// Why a request for a checkpoint was not answered.
package enum CheckpointRequestError: UserFacingError, Hashable {
    case runEnded

    /// Always the same: nothing else keeps a request from being answered.
    package var message: String { "no checkpoint was made: the run that this command belongs to has ended" }
}
