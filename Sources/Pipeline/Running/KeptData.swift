import Cache
import Diagnostics
import Files
import SystemPackage

extension ProjectWorkspace {
    /// Where data was put that nothing names, and how to get it back if it is a folder.
    ///
    /// The object of a folder is a list of its files; a `.dvc` file that names it is what brings them.
    /// - Parameters:
    ///   - path: The data's former path, seen from the project root.
    ///   - what: What was not saved.
    package func tellKept(_ path: String, had what: String, as hash: OutputHash, _ console: Console) {
        let object = store.path(of: hash.md5, hash.generation)
        let shown = Console.sanitized((object.relative(to: root) ?? object).string)
        console.note("'\(Console.sanitized(path))' had \(what); they are kept as '\(shown)'")
        guard hash.isDirectory else { return }
        let name = "kept-\(hash.md5.prefix(7))"
        let mark = hash.generation == .three ? "\\n  hash: md5" : ""
        console.note("To get the folder back:")
        console.note(
            "\n\tprintf 'outs:\\n- md5: \(hash.md5)\(mark)\\n  path: \(name)\\n' > \(name).dvc && git exp checkout \(name).dvc\n"
        )
    }
}
