import Diagnostics
import Files
import Git
import HookScripts
import SystemPackage

/// Puts our hooks and drivers into a repository, beside what others have there, and takes them away again.
package struct HookInstallation {
    /// Something that installing or removing does.
    package struct Step {
        /// In the past tense, fit for a terminal.
        package let text: String
        /// Does it; throws what writing files and calling git throw.
        package let perform: () throws -> Void
    }

    let repository: Repository
    let settings: GitSettings
    let workTree: FilePath
    /// Where git looks for hooks.
    package let folder: FilePath

    /// - Throws: ``HookError/noWorkTree`` in a bare repository.
    package init(_ repository: Repository, _ settings: GitSettings) throws {
        guard let workTree = repository.workTree else { throw HookError.noWorkTree }
        self.repository = repository
        self.settings = settings
        self.workTree = workTree.lexicallyNormalized()
        folder = try Self.folder(repository, settings, workTree: workTree)
    }

    /// `core.hooksPath`, which starts at the top of the work tree, or the folder that all work trees share.
    private static func folder(
        _ repository: Repository, _ settings: GitSettings, workTree: FilePath
    ) throws -> FilePath {
        guard let path = settings["core.hookspath"], !path.isEmpty else {
            return repository.commonDirectory.lexicallyNormalized().appending("hooks")
        }
        if !path.hasPrefix("~") { return workTree.pushing(FilePath(path)).lexicallyNormalized() }
        return FilePath(try GitCommand(in: workTree).output("config", "--type=path", "--get", "core.hooksPath"))
    }

    /// Whether the folder belongs to more than this repository.
    package var isFolderShared: Bool {
        let own = [workTree, repository.commonDirectory.lexicallyNormalized()]
        return !own.contains { folder.starts(with: $0) }
    }

    /// The folder as the user sees it from the top of the work tree, quoted.
    package var folderShown: String { shown(folder) }

    /// Whether Husky owns the folder, which it writes anew whenever it is installed.
    package func isOfHusky() throws -> Bool {
        guard folder.lastComponent?.string == "_" else { return false }
        return try ["h", "husky.sh"].contains {
            try FileStatus.of(folder.appending($0), followingLinks: true) != nil
        }
    }

    /// What is to be done to install hooks.
    ///
    /// - Parameter hooks: `nil` means all of them, and the drivers.
    /// - Throws: ``HookError/noFolder(_:)`` where hooks are switched off, ``HookError/foreignFile(_:problem:)``.
    package func installing(_ hooks: [HookScript]?) throws -> [Step] {
        if let kind = try FileStatus.of(folder, followingLinks: true)?.kind, kind != .directory {
            throw HookError.noFolder(folder.string)
        }
        return try steps(hooks ?? HookScript.allCases) { try $0.install() }
            + (hooks == nil ? Drivers(self).installing() : [])
    }

    /// What is to be done to take hooks away.
    ///
    /// - Parameter hooks: `nil` means all of them, and the drivers.
    package func uninstalling(_ hooks: [HookScript]?) throws -> [Step] {
        try steps(hooks ?? HookScript.allCases) { try $0.uninstall() }
            + (hooks == nil ? Drivers(self).uninstalling() : [])
    }

    private func steps(_ hooks: [HookScript], _ change: (HookFile) throws -> HookFile.Change) throws -> [Step] {
        try hooks.compactMap { script in
            let change = try change(HookFile(script: script, folder: folder))
            return text(change).map { text in Step(text: text) { try HookFile.carryOut(change) } }
        }
    }

    private func text(_ change: HookFile.Change) -> String? {
        switch change {
        case .none: nil
        case .write(let path, let bytes):
            (HookText(bytes).block == nil ? "took our lines out of " : "wrote our lines into ") + shown(path)
        case .chain(let path, let aside, _):
            "wrote \(shown(path)), which calls the hook that was there, now \(shown(aside))"
        case .remove(let path): "removed \(shown(path))"
        case .unchain(let path, _): "removed \(shown(path)), and gave its name back to the hook that was there"
        }
    }

    /// A path as the user sees it from the top of the work tree.
    func shown(_ path: FilePath) -> String {
        "'" + Console.sanitized((path.relative(to: workTree) ?? path).string) + "'"
    }
}
