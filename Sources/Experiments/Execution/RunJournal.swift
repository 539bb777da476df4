import Diagnostics
import Files
import Formats
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The run that is going on in a workspace: one at a time, and known to whoever looks.
///
/// The journal outlives a process that is killed; the next run learns from it where to go on, and ends what the
/// killed one left running.
final class RunJournal {
    /// What a killed run left.
    struct Remains {
        /// The reference that its checkpoints went to; `nil` before the first one.
        let reference: String?
    }

    /// Its file has the journal, too: a file of its own would take longer to make than the rest together.
    private let lock: FileLock
    private let token: String
    private let program: String
    /// The reference that the file names; the outer `nil` before anything is written.
    private var written: String??
    /// What the run before left, if it was killed.
    let remains: Remains?

    /// The variable by which the processes of a run are told from others.
    static let tokenVariable = "GIT_EXP_RUN"

    /// Begins a run.
    ///
    /// - Throws: ``ExperimentError/runInProgress(process:program:)`` where another one is going on.
    init(scratch: FilePath, program: String) throws {
        var notes: [UInt8] = []
        do {
            lock = try FileLock(Self.file(in: scratch), notes: &notes)
        } catch let error as FileLockError {
            let other = Self.journal(in: FileLock.notes(in: Self.file(in: scratch)))
            throw ExperimentError.runInProgress(process: error.holder ?? 0, program: Self.program(of: other))
        }
        self.program = program
        token = "\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        if let old = Self.journal(in: notes) {
            if let token = old["token"]?.string { LeftoverProcesses.end(withToken: token) }
            remains = Remains(reference: old["reference"]?.string)
        } else {
            remains = nil
        }
        try write(reference: remains?.reference)
    }

    /// By what the processes of the run that is going on, or was killed, are told from others.
    static func token(in scratch: FilePath) -> String? {
        journal(in: FileLock.notes(in: file(in: scratch)))?["token"]?.string
    }

    /// - Throws: ``ExperimentError/runInProgress(process:program:)`` where another process runs something in the
    ///   workspace, also what is not told of yet.
    static func refuseOthers(in scratch: FilePath) throws {
        let journal = journal(in: FileLock.notes(in: file(in: scratch)))
        guard let process = journal?["pid"]?.int, let number = Int32(exactly: process), number != getpid(),
            isAlive(number)
        else { return }
        throw ExperimentError.runInProgress(process: number, program: program(of: journal))
    }

    private static func program(of journal: Mapping?) -> String { journal?["program"]?.string ?? "git exp run" }

    private static func file(in scratch: FilePath) -> FilePath { scratch.appending("run.lock") }

    private static func journal(in notes: [UInt8]) -> Mapping? {
        notes.isEmpty ? nil : (try? JSON.parse(notes, file: "run.lock"))?.mapping
    }

    /// Ends the processes that a killed run left.
    ///
    /// - Parameter scratch: The folder of the run's journal.
    static func endLeftovers(in scratch: FilePath) {
        if let token = token(in: scratch) { LeftoverProcesses.end(withToken: token) }
    }

    /// What the processes of this run find in their environment.
    var environment: [String: String] { [Self.tokenVariable: token] }

    /// Notes which experiment the run's checkpoints belong to.
    func record(reference: String) throws { try write(reference: reference) }

    /// Notes that the run starts something new, whatever a killed one left.
    func forgetReference() throws { try write(reference: nil) }

    private func write(reference: String?) throws {
        if let written, written == reference { return }
        let value = Value.mapping(
            Mapping([
                ("pid", .int(Int(getpid()))), ("token", .string(token)), ("program", .string(program)),
                ("reference", reference.map { .string($0) } ?? .null),
            ]))
        try lock.write(Array(JSON.pythonDumps(value).utf8))
        written = .some(reference)
    }

    /// Ends the run: nothing is left to learn from it.
    func close() { try? lock.write([]) }
}

/// Processes of a run whose own process was killed: they would write into the next run's outputs.
enum LeftoverProcesses {
    static func end(withToken token: String) {
        let marker = Array("\(RunJournal.tokenVariable)=\(token)".utf8)
        for _ in 0..<200 {
            let found = processes(with: marker)
            if found.isEmpty { return }
            for process in found { kill(process, SIGKILL) }
            usleep(5_000)
        }
    }

    private static func processes(with marker: [UInt8]) -> [Int32] {
        guard let folders = try? FileIO.list("/proc") else { return [] }
        return folders.compactMap { folder in
            guard let process = Int32(folder.name), process != getpid(),
                let variables = read(FilePath("/proc/\(folder.name)/environ")),
                variables.split(separator: 0).contains(where: { $0.elementsEqual(marker) })
            else { return nil }
            return process
        }
    }

    /// Files in `/proc` say that they are empty, so they are read to their end.
    private static func read(_ path: FilePath) -> [UInt8]? {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) else { return nil }
        defer { try? file.close() }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while let count = try? buffer.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
            bytes += buffer[..<count]
        }
        return bytes
    }
}
