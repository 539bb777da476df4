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
        let changing = ["BASH_ENV", "SHELLOPTS", "BASHOPTS", "EXECIGNORE"]
        guard changing.allSatisfy({ environment[$0] == nil }), environment.keys.allSatisfy(Self.isIdentifier) else {
            return nil
        }
        self.words = words
    }

    /// Functions that are handed down have other names, and dash keeps such variables from what it runs.
    private static func isIdentifier(_ name: String) -> Bool {
        guard let first = name.utf8.first, !isDigit(first) else { return false }
        return name.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0") <= byte && byte <= UInt8(ascii: "9") }

    private static func isLetter(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return UInt8(ascii: "a") <= lower && lower <= UInt8(ascii: "z")
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        isPlainInProgram(byte) || [UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "=")].contains(byte)
            || [UInt8(ascii: "@"), UInt8(ascii: "%")].contains(byte)
    }

    private static func isPlainInProgram(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "+"), UInt8(ascii: "-"): true
        default: isLetter(byte) || isDigit(byte)
        }
    }

    /// Whether all folders that programs are looked up in are absolute, so that it does not matter who looks.
    ///
    /// To dash `%` in them has a meaning.
    private static func findsPrograms(_ environment: [String: String]) -> Bool {
        guard let path = environment["PATH"], !path.utf8.contains(UInt8(ascii: "%")) else { return false }
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
