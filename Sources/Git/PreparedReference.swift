import Files
import SystemPackage

/// A loose reference that will soon be written: the file for it is there.
///
/// It is written as git writes one: a new file gets the name of the lock, which nobody else can have then, and takes the
/// reference's place.
final class PreparedReference {
    let name: String
    let replacement: PreparedReplacement
    private let path: FilePath
    private let log: FilePath
    private let packed: FilePath

    init(_ name: String, in commonDirectory: FilePath) {
        self.name = name
        path = commonDirectory.pushing(FilePath(name))
        log = commonDirectory.appending("logs").pushing(FilePath(name))
        packed = commonDirectory.appending("packed-refs")
        replacement = PreparedReplacement(of: path)
    }

    func prepare() { replacement.prepare() }

    /// Moves it, where it is a file that holds what it should and no log is kept of it.
    ///
    /// - Returns: Whether it was moved. Otherwise nothing changed, and libgit2 finds out why.
    func move(from old: CommitID, to new: CommitID) -> Bool {
        write(new) {
            let isFile = try FileStatus.of(path, followingLinks: false)?.kind == .file
            return try isFile && FileIO.read(path) == Self.text(old)
        }
    }

    /// Makes it, where it is not there, nor anything that cannot be beside it, and no log is kept of it.
    ///
    /// - Returns: Whether it was made. Otherwise nothing changed, and libgit2 finds out why.
    func create(at commit: CommitID) -> Bool {
        // The loose one first: what is packed meanwhile is then found in the file. Who packs it needs the lock before the
        // loose one goes, so nobody can hide one from us.
        write(commit) { try FileStatus.of(path, followingLinks: false) == nil && !mayBePacked() }
    }

    /// Whether the file of packed references has it, or one that cannot be beside it: `a/b` and `a` exclude each other.
    ///
    /// A long file is not looked at while the lock is held: it may.
    private func mayBePacked() throws -> Bool {
        guard let size = try FileStatus.of(packed, followingLinks: true)?.size else { return false }
        guard size <= 1 << 18, let bytes = try FileIO.read(packed) else { return true }
        let name = Array(name.utf8)
        return bytes.withUnsafeBufferPointer { text in
            var rest = text[...]
            while !rest.isEmpty {
                // An id, a blank and a name; other lines are comments and what tags stand for.
                let line = rest.prefix { $0 != UInt8(ascii: "\n") }
                rest = rest.dropFirst(line.count + 1)
                guard line.count > 41, line[line.startIndex + 40] == UInt8(ascii: " ") else { continue }
                let other = line.dropFirst(41)
                let common = min(other.count, name.count)
                guard other.prefix(common).elementsEqual(name.prefix(common)) else { continue }
                let next = other.count > common ? other.dropFirst(common).first : name.dropFirst(common).first
                if next == nil || next == UInt8(ascii: "/") { return true }
            }
            return false
        }
    }

    /// Takes the lock, with the new contents in its file, and gives that the reference's name.
    ///
    /// - Parameter isAllowed: Asked with the lock held.
    private func write(_ commit: CommitID, if isAllowed: () throws -> Bool) -> Bool {
        let isLogged = (try? FileStatus.of(log, followingLinks: false)) != .some(nil)
        guard !isLogged, let file = replacement.takeReady() else { return false }
        defer { try? file.close() }
        let lock = FilePath(path.string + ".lock")
        do {
            try Self.text(commit).withUnsafeBytes { try FileIO.write($0, to: file) }
            try file.giveName(lock)
        } catch {
            return false
        }
        let isWanted = (try? isAllowed()) ?? false
        // Whoever finds a lock that stands still for long takes it away, and then has one of his own there.
        guard (try? FileStatus.of(file, path: lock))?.links == 1 else { return false }
        if isWanted, (try? FileIO.rename(lock, path)) != nil { return true }
        try? FileIO.remove(lock)
        return false
    }

    private static func text(_ commit: CommitID) -> [UInt8] { Array("\(commit.hex)\n".utf8) }
}

extension Repository {
    /// Makes ready what writing a reference needs, so that it takes less time later.
    ///
    /// - Parameters:
    ///   - name: In full; one at a time.
    ///   - settings: Say whether references have logs.
    package func prepareReference(_ name: String, settings: GitSettings) {
        if preparedReference?.name != name {
            // With `always` every reference has a log.
            guard Self.isValidReferenceName(name), settings["core.logallrefupdates"]?.lowercased() != "always" else {
                return
            }
            preparedReference = PreparedReference(name, in: commonDirectory)
        }
        preparedReference?.prepare()
    }

    /// Writes a reference by means of what was made ready for it.
    ///
    /// - Returns: Whether that could be done; otherwise nothing changed.
    func writePrepared(_ name: String, _ commit: CommitID, _ expected: ExpectedReference) -> Bool {
        guard let prepared = preparedReference, prepared.name == name else { return false }
        return switch expected {
        case .absent: prepared.create(at: commit)
        case .commit(let old): prepared.move(from: old, to: commit)
        case .anything: false
        }
    }
}
