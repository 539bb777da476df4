import Cache
import Files
import SystemPackage

/// Keeps the lines of `.gitignore` files that hide cached data from git.
struct IgnoreLines {
    private let root: FilePath
    private let sync: Bool
    /// Whether there is a git to hide anything from.
    private let isWanted: Bool

    init(_ workspace: ProjectWorkspace, sync: Bool) {
        root = workspace.root
        self.sync = sync
        isWanted = workspace.sourceControl.keepsIgnoreFiles
    }

    /// Adds a line for each path to the `.gitignore` in its folder.
    ///
    /// - Parameter paths: Seen from the project root.
    /// - Returns: The files that changed.
    func add(_ paths: [FilePath]) throws -> [FilePath] {
        try change(paths) { GitIgnoreFile.adding($0, to: $1) }
    }

    /// Removes the lines of the paths; a file without lines goes.
    ///
    /// - Returns: The files that changed.
    func remove(_ paths: [FilePath]) throws -> [FilePath] {
        try change(paths) { GitIgnoreFile.removing($0, from: $1) }
    }

    private func change(_ paths: [FilePath], _ edit: (String, [UInt8]) -> [UInt8]?) throws -> [FilePath] {
        guard isWanted else { return [] }
        var folders: [FilePath] = []
        var names: [FilePath: [String]] = [:]
        for path in paths {
            guard let name = path.lastComponent?.string else { continue }
            let folder = path.parent
            if names[folder] == nil { folders.append(folder) }
            names[folder, default: []].append(name)
        }
        var changed: [FilePath] = []
        for folder in folders {
            let file = root.pushing(folder).appending(".gitignore")
            let old = try FileIO.read(file)
            var bytes = old ?? []
            for name in names[folder] ?? [] { bytes = edit(name, bytes) ?? bytes }
            if bytes == old ?? [] { continue }
            if bytes.allSatisfy({ $0 == 0x0A }) {
                try FileIO.remove(file)
            } else {
                try FileIO.replace(file, with: bytes, sync: sync)
            }
            changed.append(folder.appending(".gitignore"))
        }
        return changed
    }
}
