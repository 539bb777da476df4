import Diagnostics
import Processes

/// The stages of a run, and what became of them so far.
final class RunProgress {
    /// The stages in their order; all numbers are places in it.
    let stages: [Stage]
    private let workspace: ProjectWorkspace
    private let options: RunOptions
    private lazy var links = workspace.graph.links(among: stages)
    /// Stages that run because one that they need ran.
    private var forced: Set<Int> = []
    /// Stages that cannot run because one that they need failed.
    private(set) var blocked: Set<Int> = []
    private var failed: [String] = []
    /// The newest entries, also of stages whose lock file is not written yet.
    private var entries: [StageLock?]
    var result = RunResult()
    /// Whether a stage has printed something, so that the next one leaves a line free.
    var didPrint = false

    init(_ stages: [Stage], _ workspace: ProjectWorkspace, _ options: RunOptions) {
        self.stages = stages
        self.workspace = workspace
        self.options = options
        entries = Array(repeating: nil, count: stages.count)
    }

    /// The stages of the run that a stage waits for.
    func upstream(_ number: Int) -> [Int] { links.upstream[number] }

    /// The stages of the run that wait for a stage.
    func downstream(_ number: Int) -> [Int] { links.downstream[number] }

    func isForced(_ number: Int) -> Bool { options.force || forced.contains(number) }

    /// Whether the stage has to run.
    func isNeeded(_ number: Int, _ status: StageStatus) throws -> Bool {
        if isForced(number) { return true }
        if options.allowMissing, status.lacksDataOnly, try !wouldDiffer(number, status) { return false }
        return status.isChanged
    }

    /// Whether a dependency that is not here is known to be another one than the stage saw the last time: the entry of
    /// the stage that writes it says so.
    private func wouldDiffer(_ number: Int, _ status: StageStatus) throws -> Bool {
        let stage = stages[number]
        for dependency in stage.dependencies {
            guard status.dependencies.contains(where: { $0.path.utf8.elementsEqual(dependency.path.utf8) }),
                let seen = workspace.lock(of: stage)?.dependency(dependency.path)?.md5,
                let (writer, output) = workspace.graph.writer(of: dependency.rooted)
            else { continue }
            let place = stages.firstIndex { $0.isSame(as: writer) }
            let entry = place.flatMap { entries[$0] } ?? workspace.lock(of: writer)
            if let made = entry?.output(output.path)?.md5, made != seen { return true }
        }
        return false
    }

    /// Notes that a stage made its outputs anew.
    func didMake(_ number: Int, _ entry: StageLock?) {
        if let entry { entries[number] = entry }
        if options.forceDownstream { forced.formUnion(links.downstream[number]) }
    }

    /// Notes that a stage failed, and lets those that need it wait for ever.
    ///
    /// - Returns: Those stages, in order.
    func didFail(_ number: Int, address: String) -> [Int] {
        failed.append(address)
        guard options.onFailure == .keepGoing else { return [] }
        var reached: Set<Int> = []
        var rest = links.downstream[number]
        while let next = rest.popLast() {
            if reached.insert(next).inserted { rest += links.downstream[next] }
        }
        let fresh = reached.subtracting(blocked)
        blocked.formUnion(fresh)
        return fresh.sorted()
    }

    /// - Throws: ``RunError/stagesFailed(_:)`` where stages failed and the run went on with others.
    func finish() throws {
        if options.onFailure == .keepGoing, !failed.isEmpty { throw RunError.stagesFailed(failed) }
    }
}

extension Error {
    /// Whether a signal to this program is behind the failure: then nothing goes on.
    package var isInterruption: Bool {
        switch self as? RunError {
        case .commandFailed(_, _, _, .some), .interruptedBetween, .declined: true
        default: false
        }
    }
}
