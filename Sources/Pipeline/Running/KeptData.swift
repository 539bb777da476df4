import Cache
import Diagnostics
import Files
import SystemPackage

extension ProjectWorkspace {
    /// Says where data was put that nothing names, and how to get it back; remembers it for ``KeptObjects``.
    ///
    /// The object of a folder is a list of its files; a `.dvc` file that names it is what brings them. That of a file
    /// is read-only, and the file may be a link to another object: it is made anew.
    /// - Parameters:
    ///   - path: The data's former path, seen from the project root.
    ///   - what: What was not saved.
    /// - Throws: `FileError` where it cannot be remembered.
    package func tellKept(_ path: String, had what: String, as hash: OutputHash, _ console: Console) throws {
        try KeptObjects(root).add(hash, path: path)
        let object = store.path(of: hash.md5, hash.generation)
        let shown = Console.sanitized((object.relative(to: root) ?? object).string)
        console.note("'\(Console.sanitized(path))' had \(what); they are kept as '\(shown)'")
        guard hash.isDirectory else {
            let file = Self.word(path)
            console.note("To get the file back, in the top folder of the project:")
            console.note(
                "\n\trm -f \(file) && cat \(Self.word((object.relative(to: root) ?? object).string)) > \(file)\n")
            return
        }
        let name = "kept-\(hash.md5.prefix(7))"
        let mark = hash.generation == .three ? "\\n  hash: md5" : ""
        console.note("To get the folder back:")
        console.note(
            "\n\tprintf 'outs:\\n- md5: \(hash.md5)\(mark)\\n  path: \(name)\\n' > \(name).dvc && git exp checkout \(name).dvc\n"
        )
    }

    /// One word for a shell, which gives back exactly the text wherever the terminal can show it.
    private static func word(_ text: String) -> String {
        let path = text.hasPrefix("-") ? "./" + text : text
        let quoted = path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#)
        return "'\(Console.sanitized(quoted))'"
    }
}
