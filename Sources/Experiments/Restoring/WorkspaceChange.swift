import Diagnostics
import Git

/// Which files have to be written and deleted to get from one tree to another.
struct WorkspaceChange {
    let written: [String]
    let deleted: [String]

    /// A file that the target does not have goes away only where it is as one of the known trees has it.
    ///
    /// - Parameters:
    ///   - known: The tree of `HEAD`, and those of experiments.
    ///   - results: The files that running writes. Others that only an experiment has were made by the user, who has
    ///     not given them to git yet; they stay.
    init(
        _ repository: Repository, from present: TreeID, to target: TreeID, known: [TreeID], results: Set<String>
    ) throws {
        func isKnown(_ path: String, _ mine: TreeEntry) throws -> Bool {
            let trees = results.contains(path) ? known[...] : known.prefix(1)
            return try trees.contains { try repository.entry(at: path, in: $0)?.isSameFile(as: mine) ?? false }
        }
        var written: [String] = []
        var deleted: [String] = []
        for path in try repository.differingPaths(present, target) {
            if let entry = try repository.entry(at: path, in: target) {
                if entry.kind != .submodule { written.append(path) }
            } else if let mine = try repository.entry(at: path, in: present), mine.kind != .submodule,
                try isKnown(path, mine)
            {
                deleted.append(path)
            }
        }
        self.written = written
        self.deleted = deleted
    }
}

/// Words for a shell.
package enum ShellWord {
    /// A word for a message in which a call is proposed.
    package static func shown(_ text: String) -> String { Console.sanitized(quoted(text)) }

    static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy {
                ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x2B && $0 <= 0x3A) || $0 == 0x5F
            }
        if isPlain { return text }
        if text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) {
            return escaped(text)
        }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\"'\"'") + "'"
    }

    /// A word whose control characters a shell makes of their codes, so that it can be copied from a terminal.
    private static func escaped(_ text: String) -> String {
        var word = "$'"
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\\"): word += "\\" + String(UnicodeScalar(byte))
            case 0x20...0x7E: word.unicodeScalars.append(UnicodeScalar(byte))
            default: word += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return word + "'"
    }
}
