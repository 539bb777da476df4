import Files
import Formats
import SystemPackage

/// Who reads and who writes which paths of the project while its command runs, DVC included: `.dvc/tmp/rwlock`.
///
/// The file is JSON: `read` maps an absolute path to a list of processes, `write` to one; a process has its number and
/// its command. Whoever changes the file holds a lock on `rwlock.lock`. Entries of processes that are gone count for
/// nothing.
package struct PathLocks {
    /// Somebody who uses a path.
    private struct Holder {
        let process: Int32
        let program: String

        init?(_ value: Value) {
            guard let mapping = value.mapping, let number = mapping["pid"]?.int.flatMap({ Int32(exactly: $0) }) else {
                return nil
            }
            process = number
            program = mapping["cmd"]?.string ?? "?"
        }

        init() {
            process = ownProcess()
            program = Self.ownProgram
        }

        private static let ownProgram: String = {
            var program = "git exp"
            for word in CommandLine.arguments.dropFirst() { program += " " + word }
            return program
        }()

        var value: Value { .mapping(Mapping([("pid", .int(Int(process))), ("cmd", .string(program))])) }

        var isOther: Bool { process != ownProcess() && isAlive(process) }
    }

    /// A path and who uses it.
    private typealias Uses = [(path: FilePath, holders: [Holder])]

    private let root: FilePath
    private var file: FilePath { root.pushing(".dvc/tmp/rwlock") }

    /// Takes the absolute path of the project, to which paths of stages are relative.
    package init(root: FilePath) { self.root = root }

    /// Notes what a stage reads and writes, until the claim is released.
    ///
    /// - Throws: ``RunError/pathInUse(stage:path:process:program:)`` where another process uses it in a way that does
    ///   not go together.
    func claim(_ stage: Stage, address: String) throws -> PathClaim {
        let (reads, writes) = paths(of: stage)
        try exclusively {
            var (readers, writers) = read()
            try refuse(reads + writes, while: writers, stage: address)
            try refuse(writes, while: readers, stage: address)
            readers += reads.map { ($0, [Holder()]) }
            writers += writes.map { ($0, [Holder()]) }
            try write(readers, writers)
        }
        return PathClaim { try? release(reads, writes) }
    }

    /// - Throws: As claiming the stages would.
    package func requireFree(_ stages: [Stage], address: (Stage) -> String) throws {
        guard try FileStatus.of(file, followingLinks: false) != nil else { return }
        let (readers, writers) = read()
        for stage in stages {
            let (reads, writes) = paths(of: stage)
            try refuse(reads + writes, while: writers, stage: address(stage))
            try refuse(writes, while: readers, stage: address(stage))
        }
    }

    private func release(_ reads: [FilePath], _ writes: [FilePath]) throws {
        try exclusively {
            func without(_ uses: Uses, _ paths: [FilePath]) -> Uses {
                uses.map { path, holders in
                    (path, holders.filter { !(paths.contains(path) && $0.process == ownProcess()) })
                }
            }
            let (readers, writers) = read()
            try write(without(readers, reads), without(writers, writes))
        }
    }

    private func paths(of stage: Stage) -> (reads: [FilePath], writes: [FilePath]) {
        let reads = stage.dependencies.map(\.rooted) + stage.parameters.map(\.rooted)
        return (reads.map { root.pushing($0) }, stage.outputs.map { root.pushing($0.rooted) })
    }

    /// A path goes together with neither the folders above it nor what is inside of it.
    private func refuse(_ paths: [FilePath], while uses: Uses, stage: String) throws {
        for (used, holders) in uses {
            guard let path = paths.first(where: { $0.starts(with: used) || used.starts(with: $0) }),
                let other = holders.first(where: \.isOther)
            else { continue }
            throw RunError.pathInUse(
                stage: stage, path: (path.relative(to: root) ?? path).string, process: other.process,
                program: other.program)
        }
    }

    private func exclusively(_ body: () throws -> Void) throws {
        let lock = try FileLock(file.parent.appending("rwlock.lock"), patience: 10_000)
        try withExtendedLifetime(lock) { try body() }
    }

    /// A file that cannot be understood says nothing.
    private func read() -> (readers: Uses, writers: Uses) {
        guard let bytes = try? FileIO.read(file), let all = try? JSON.parse(bytes, file: "rwlock").mapping else {
            return ([], [])
        }
        func uses(_ key: String) -> Uses {
            (all[key]?.mapping?.entries ?? []).compactMap { entry in
                guard let path = entry.key.string else { return nil }
                return (FilePath(path), (entry.value.list ?? [entry.value]).compactMap { Holder($0) })
            }
        }
        return (uses("read"), uses("write"))
    }

    /// Writes the file, without the processes that are gone. It stays where nothing is used, as DVC leaves it.
    private func write(_ readers: Uses, _ writers: Uses) throws {
        func living(_ uses: Uses) -> Uses {
            uses.map { ($0, $1.filter { $0.process == ownProcess() || $0.isOther }) }.filter { !$1.isEmpty }
        }
        let readers = living(readers)
        let writers = living(writers)
        var reading = Mapping()
        for (path, holders) in readers {
            reading[path.string] = .list((reading[path.string]?.list ?? []) + holders.map(\.value))
        }
        let writing = Mapping(writers.compactMap { path, holders in holders.first.map { (path.string, $0.value) } })
        let text = JSON.pythonDumps(.mapping(Mapping([("read", .mapping(reading)), ("write", .mapping(writing))])))
        try FileIO.overwrite(file, with: Array(text.utf8))
    }
}

/// What a stage reads and writes while it runs.
final class PathClaim {
    private var onRelease: (() -> Void)?

    init(_ onRelease: @escaping () -> Void) { self.onRelease = onRelease }

    /// Ends the claim; a second call does nothing.
    func release() {
        onRelease?()
        onRelease = nil
    }
}
