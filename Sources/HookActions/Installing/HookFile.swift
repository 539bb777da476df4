import Files
import HookScripts
import SystemPackage

/// One hook of a repository, which may be ours, somebody else's, or both.
///
/// Where the hook of others is a shell script, our lines go between its first line and the others: before whatever ends
/// it with `exit` or `exec`. Anything else, such as a program, a link or a file that git would not run, is renamed and
/// called by ours.
struct HookFile {
    /// What installing or removing does to a file.
    enum Change: Equatable {
        case none
        case write(FilePath, [UInt8])
        /// The first is renamed to the second, then ours takes its name.
        case chain(FilePath, aside: FilePath, [UInt8])
        case remove(FilePath)
        /// The first is removed, then the second gets its name back.
        case unchain(FilePath, aside: FilePath)
    }

    let script: HookScript
    let folder: FilePath

    private var path: FilePath { folder.appending(script.rawValue) }
    /// The name of a hook that ours calls.
    private var aside: FilePath { folder.appending(script.rawValue + Self.asideSuffix) }
    static let asideSuffix = ".before-git-exp"
    /// Where `pre-commit` puts the hook that it found, and calls it.
    private var legacy: FilePath { folder.appending(script.rawValue + ".legacy") }

    /// Our block for a hook that calls a renamed one at its end.
    private var chainingBlock: [UInt8] {
        var block = HookText.block(of: script)
        let call = """
            git_exp_next=$(dirname "$0")/\(script.rawValue)\(Self.asideSuffix)
            if [ -x "$git_exp_next" ]; then exec "$git_exp_next" "$@"; fi

            """
        block.removeLast(HookText.end.count + 1)
        return block + Array(call.utf8) + HookText.end + [10]
    }

    /// The file that has our block now.
    private func own() throws -> (path: FilePath, text: HookText)? {
        for path in [path, legacy] {
            guard try FileStatus.of(path, followingLinks: false)?.kind == .file, let bytes = try FileIO.read(path)
            else { continue }
            let text = HookText(bytes)
            if text.block != nil { return (path, text) }
        }
        return nil
    }

    func install() throws -> Change {
        if let (path, text) = try own() {
            let isChained = try path == self.path && text.isOursAlone && exists(aside)
            let fresh = text.with(isChained ? chainingBlock : HookText.block(of: script))
            if fresh == text { return .none }
            return .write(path, fresh.bytes)
        }
        guard let status = try FileStatus.of(path, followingLinks: false) else {
            return .write(path, script.bytes)
        }
        guard status.kind == .file || status.kind == .symlink else {
            throw HookError.foreignFile(path.string, problem: "it is not a file")
        }
        if status.kind == .file, status.mode & 0o111 != 0, let bytes = try FileIO.read(path),
            HookText.takesBlock(bytes),
            !HookText(bytes).isOursAlone
        {
            return .write(path, HookText(bytes).with(HookText.block(of: script)).bytes)
        }
        if try exists(aside) {
            throw HookError.foreignFile(path.string, problem: "'\(aside.string)' is there already")
        }
        return .chain(path, aside: aside, Array("#!/bin/sh\n".utf8) + chainingBlock)
    }

    func uninstall() throws -> Change {
        guard let (path, text) = try own() else { return .none }
        let rest = text.with(nil)
        if rest.isOursAlone {
            return try path == self.path && exists(aside) ? .unchain(path, aside: aside) : .remove(path)
        }
        return .write(path, rest.bytes)
    }

    private func exists(_ path: FilePath) throws -> Bool {
        try FileStatus.of(path, followingLinks: false) != nil
    }

    static func carryOut(_ change: Change) throws {
        switch change {
        case .none: return
        case .write(let path, let bytes): try write(path, bytes)
        case .chain(let path, let aside, let bytes):
            try FileIO.move(path, to: aside)
            try write(path, bytes)
        case .remove(let path): try FileIO.remove(path)
        case .unchain(let path, let aside): try FileIO.move(aside, to: path)
        }
    }

    private static func write(_ path: FilePath, _ bytes: [UInt8]) throws {
        try FileIO.makeDirectories(path.parent)
        // A file that is there keeps its permissions.
        try FileIO.replace(path, with: bytes, mode: 0o777, sync: false)
    }
}
