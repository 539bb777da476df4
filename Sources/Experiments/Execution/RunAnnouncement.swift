import Diagnostics
import Files
import Git
import Pipeline
import SystemPackage

/// Tells others of a run, unless it is over before anybody could look: that would cost a third of a run of a few
/// milliseconds.
final class RunAnnouncement {
    private let info: RunInfo
    private let reference: ExperimentReference
    private let context: ExperimentContext
    private let outputs: [FilePath]
    private let isParallel: Bool
    private let mayBeBrief: Bool
    private let start = Clock.steady()
    private var isTold = false

    init(
        _ reference: ExperimentReference, of stages: [Stage], _ options: RunOptions, _ context: ExperimentContext
    ) {
        self.reference = reference
        self.context = context
        info = RunInfo(context)
        isParallel = options.isParallel
        outputs = stages.flatMap(\.outputs).map { context.project.root.pushing($0.rooted) }
        mayBeBrief = stages.count == 1 && options.supply == nil && context.ticket == nil && !isParallel
    }

    /// - Throws: ``FileError`` where the files cannot be written.
    func begin() throws {
        if isParallel { try write() }
    }

    private func write() throws {
        try info.write(baseline: reference.baseline, name: reference.name)
        isTold = true
    }

    /// Tells of the run, if that was not done yet.
    func tell() {
        if !isTold { try? write() }
    }

    /// A command runs, which leaves us time.
    func commandRuns() {
        if !mayBeBrief || Clock.steady() - start > 25_000_000 { tell() }
    }

    /// The lock, which tells of the run before something is saved that takes long.
    func exclusion(_ lock: ProjectLock) -> any Exclusion { TellingLock(lock: lock, announcement: self) }

    fileprivate var savesMuch: Bool {
        outputs.contains { path in
            guard let status = try? FileStatus.of(path, followingLinks: true) else { return false }
            return status.kind == .directory || status.size > 1 << 20
        }
    }

    /// Takes back what was told, and what a killed run told; not what another program tells of a run of its own.
    func remove() {
        if isTold || RunInfo.running(in: context.project.root) == nil { info.remove() }
    }
}

private struct TellingLock: Exclusion {
    let lock: ProjectLock
    let announcement: RunAnnouncement

    func exclusively(_ body: () throws -> Void) throws {
        if announcement.savesMuch { announcement.tell() }
        try lock.exclusively(body)
    }
}
