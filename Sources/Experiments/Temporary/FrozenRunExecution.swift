import Diagnostics
import Files
import Git
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Carries out a frozen run, in the folder that was made for it.
package struct FrozenRunExecution {
    private let ticket: RunTicket
    private let context: ExperimentContext
    private let folder: TemporaryFolder
    /// The locks of the queue, which say that this process lives.
    private let locks: [FileLock]

    /// - Parameters:
    ///   - context: The project in the run's own folder.
    ///   - lock: The lock of the folder, which this process had before it became this program.
    ///   - further: Other locks that it had.
    package init(_ ticket: RunTicket, in context: ExperimentContext, inheriting lock: Int32, further: [Int32] = []) {
        locks = further.map { FileLock(ticket.home, inherited: $0) }
        self.ticket = ticket
        self.context = context
        folder = TemporaryFolder(at: ticket.worktree, inheriting: lock)
        context.ticket = ticket
    }

    /// Runs, records the experiment, and removes the folder, whatever happens.
    ///
    /// - Parameters:
    ///   - askSecret: Asks at the terminal for what a remote needs; `nil` where there is none.
    ///   - onEnd: Called when the experiment is complete and its files are still here.
    /// - Throws: As ``WorkspaceRun``.
    package func execute(
        askSecret: @escaping @Sendable (String) -> String?, onEnd: () throws -> Void
    ) throws -> WorkspaceRun.Report {
        defer {
            _ = ticket.home.withPlatformString { chdir($0) }
            folder.remove(common: context.repository.commonDirectory)
        }
        defer { withExtendedLifetime(locks) {} }
        let settling = QueueSettling(ticket, context)
        do {
            var request = ticket.request
            if request.pulls { request.options.supply = DataSharing.supply(context, askSecret: askSecret) }
            let report = try WorkspaceRun(context).run(ticket.run, request)
            try settling?.settle(report)
            try onEnd()
            if let experiment = report.experiment { try tellOfLeftovers(experiment.tip) }
            return report
        } catch {
            try settling?.settle(error)
            throw error
        }
    }

    /// Records that a run failed whose files make no project that can be opened.
    ///
    /// - Parameter home: The project whose experiment it is.
    package static func fail(_ ticket: RunTicket, of home: ExperimentContext) throws {
        try QueueSettling(ticket, home)?.fail()
    }

    /// Names the files that the run made and that no commit has.
    private func tellOfLeftovers(_ tip: CommitID) throws {
        let common = context.repository.commonDirectory
        guard let administration = try TemporaryFolder.administration(of: ticket.worktree, in: common) else { return }
        let git = TemporaryFolder.git(in: ticket.worktree, administration)
        guard try git.run("-c", "core.hooksPath=/dev/null", "read-tree", tip.hex).exit.isSuccess else { return }
        let paths = try git.run("ls-files", "--others", "--exclude-standard", "--directory", "-z").output
            .split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        guard !paths.isEmpty else { return }
        let list = paths.prefix(10).map { "'\(Console.sanitized($0))'" }.joined(separator: ", ")
        context.console.warn(
            "files that no stage names are not part of the experiment: \(list)"
                + (paths.count > 10 ? " and \(paths.count - 10) more" : ""))
    }
}
