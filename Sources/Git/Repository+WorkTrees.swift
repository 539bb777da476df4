import Files
import SystemPackage

extension Repository {
    /// The top of the repository's first work tree; `nil` in that one itself, and where a bare repository has none.
    package var mainWorkTree: FilePath? {
        guard gitDirectory != commonDirectory else { return nil }
        let common = commonDirectory.lexicallyNormalized()
        return common.lastComponent == ".git" ? common.parent : nil
    }

    /// The folders of the repository's other work trees, as git noted them; some may be gone.
    package func otherWorkTrees() throws(FileError) -> [FilePath] {
        let folder = commonDirectory.appending("worktrees")
        guard let names = try FileIO.list(folder) else { return [] }
        var trees: [FilePath] = []
        if commonDirectory.lexicallyNormalized().lastComponent == ".git" {
            trees.append(commonDirectory.lexicallyNormalized().parent)
        }
        for entry in names {
            guard let bytes = try FileIO.read(folder.appending(entry.name).appending("gitdir")) else { continue }
            let link = FilePath(String(decoding: bytes.filter { $0 != 10 }, as: UTF8.self))
            // Newer versions of git may write it as seen from here.
            trees.append(folder.appending(entry.name).pushing(link).lexicallyNormalized().parent)
        }
        let own = workTree?.lexicallyNormalized()
        return trees.filter { $0 != own }
    }
}
