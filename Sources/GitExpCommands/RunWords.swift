/// The words of a call of `run`, made into what the argument parser understands.
///
/// It knows values that are glued to the letter of their option, as in `-Slr=0.1`, but takes a word with an equals sign
/// for a long option. It knows one list of words without options, and `run` has two: stages, and behind `--` a command.
/// In front of a command `-p` means what it means for `stage add`.
enum RunWords {
    /// The name of the option that a word of a command becomes, behind a colon, as the parser knows no empty values.
    static let commandWord = "command-word"

    /// - Returns: The words as they are where they are of another command.
    static func plain(_ arguments: [String]) -> [String] {
        guard arguments.first == "run" else { return arguments }
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        let command = arguments[end...].dropFirst()
        return arguments[..<end].flatMap { word -> [String] in
            if !command.isEmpty, word.utf8.starts(with: "-p".utf8) {
                return ["--params"] + (word.utf8.count > 2 ? [String(word.dropFirst(2))] : [])
            }
            let bytes = Array(word.utf8.prefix(3))
            guard bytes.count == 3, bytes[0] == UInt8(ascii: "-"), "SMndoOc".utf8.contains(bytes[1]),
                bytes[2] != UInt8(ascii: "="), word.utf8.contains(UInt8(ascii: "="))
            else { return [word] }
            return [String(word.prefix(2)), String(word.dropFirst(2))]
        } + command.map { "--\(commandWord)=:\($0)" }
    }
}
