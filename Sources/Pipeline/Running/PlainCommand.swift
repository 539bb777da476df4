import Files
import SystemPackage

/// A line of a stage that any shell would run as one program with the words as they stand, so that none is needed.
///
/// Whatever may mean more to a shell is none, and neither is a line whose environment changes what shells do.
struct PlainCommand {
    /// The program and its arguments.
    let words: [String]

    init?(_ line: String, environment: [String: String]) {
        guard line.utf8.allSatisfy({ Self.isPlain($0) || $0 == UInt8(ascii: " ") }) else { return nil }
        let words = line.utf8.split(separator: UInt8(ascii: " ")).map { String(Substring($0)) }
        guard let program = words.first, program.utf8.allSatisfy(Self.isPlainInProgram),
            !Self.shellWords.contains(program), Self.findsPrograms(environment)
        else { return nil }
        let changing = ["BASH_ENV", "SHELLOPTS", "BASHOPTS", "BASH_FUNC_\(program)%%"]
        guard changing.allSatisfy({ environment[$0] == nil }) else { return nil }
        self.words = words
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        isPlainInProgram(byte) || [UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "=")].contains(byte)
            || [UInt8(ascii: "@"), UInt8(ascii: "%")].contains(byte)
    }

    private static func isPlainInProgram(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "+"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// Whether all folders that programs are looked up in are absolute, so that it does not matter who looks.
    private static func findsPrograms(_ environment: [String: String]) -> Bool {
        guard let path = environment["PATH"] else { return false }
        return path.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            .allSatisfy { $0.first == UInt8(ascii: "/") }
    }

    /// What sh, dash and bash have themselves: reserved words and commands that are built in.
    private static let shellWords: [String] = [
        ".", "alias", "bg", "bind", "break", "builtin", "caller", "case", "cd", "chdir", "command", "compgen",
        "complete", "compopt", "continue", "coproc", "declare", "dirs", "disown", "do", "done", "echo", "elif", "else",
        "enable", "esac", "eval", "exec", "exit", "export", "false", "fc", "fg", "fi", "for", "function", "getopts",
        "hash", "help", "history", "if", "in", "jobs", "kill", "let", "local", "logout", "mapfile", "popd", "printf",
        "pushd", "pwd", "read", "readarray", "readonly", "return", "select", "set", "shift", "shopt", "source",
        "suspend", "test", "then", "time", "times", "trap", "true", "type", "typeset", "ulimit", "umask", "unalias",
        "unset", "until", "wait", "while",
    ]
}
