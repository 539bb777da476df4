import Files
import SystemPackage

/// The rules of a project's `.dvcignore` files.
enum DataIgnore {
    /// Reads the file at the top; those further down are read where they are.
    static func rules(in tree: WorkspaceTree) throws -> IgnoreRules {
        var rules = IgnoreRules()
        if let bytes = try tree.contents(of: ".dvcignore") { rules.add(bytes, in: "") }
        return rules
    }

    /// - Throws: ``PipelineError/forbiddenOutput(path:reason:)`` for an output that the rules hide: its data would be
    ///   empty, whatever its command writes.
    static func refuseHidden(_ stages: [Stage], rules top: IgnoreRules, in tree: WorkspaceTree) throws {
        var known: [FilePath: IgnoreRules] = ["": top]
        func rules(in folder: FilePath) throws -> IgnoreRules {
            if let rules = known[folder] { return rules }
            var rules = try rules(in: folder.parent)
            if let bytes = try tree.contents(of: folder.appending(".dvcignore")) { rules.add(bytes, in: folder) }
            known[folder] = rules
            return rules
        }
        for output in stages.flatMap(\.outputs) where output.isInsideProject {
            let rules = try rules(in: output.rooted.parent)
            // Whether it will be a folder is known only when it is there.
            if rules.ignores(output.rooted, isFolder: false) || rules.ignores(output.rooted, isFolder: true) {
                throw PipelineError.forbiddenOutput(path: output.path, reason: "a pattern in '.dvcignore' hides it")
            }
        }
    }
}
