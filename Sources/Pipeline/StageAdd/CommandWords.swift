import Formats

extension StageAdd {
    /// The text of a command whose words a shell has taken apart.
    ///
    /// A word with blanks is quoted again, as DVC does it where that is right: in double quotes, or in single ones where
    /// a shell would change something inside double quotes. An empty word becomes `""`. Other words stay as they are,
    /// so that `\>` on the command line becomes a redirection of the stage; a single word is a command by itself.
    package static func command(of words: [String]) -> String {
        if words.count == 1 { return words[0] }
        return words.map { word in
            if word.isEmpty { return "\"\"" }
            guard word.utf8.contains(where: isBlank) else { return word }
            return isKeptInDoubleQuotes(word) ? "\"" + word + "\"" : inSingleQuotes(word)
        }.joined(separator: " ")
    }

    /// The words of a command as a line by which a shell gets exactly them; a single one is such a line already.
    static func literalLine(of words: [String]) -> String {
        if words.count == 1 { return words[0] }
        return words.map { word in
            let isPlain =
                !word.isEmpty
                && word.utf8.allSatisfy { byte in
                    (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (byte >= 0x2B && byte <= 0x3A)
                        || "_=@%".utf8.contains(byte)
                }
            return isPlain ? word : inSingleQuotes(word)
        }.joined(separator: " ")
    }

    /// What `cmd` has to say so that a shell gets the line as it is.
    ///
    /// `${` begins no template then, and a line that has line ends is an item of a list, where it is not cut.
    static func literalCommand(of words: [String]) -> Value {
        var text: [UInt8] = []
        for byte in literalLine(of: words).utf8 {
            if byte == UInt8(ascii: "{"), text.last == UInt8(ascii: "$") {
                text.insert(UInt8(ascii: "\\"), at: text.count - 1)
            }
            text.append(byte)
        }
        let line = Value.string(String(decoding: text, as: UTF8.self))
        return text.contains(0x0A) || text.contains(0x0D) ? .list([line]) : line
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n")
    }

    /// Whether a shell leaves the text as it is between double quotes.
    private static func isKeptInDoubleQuotes(_ word: String) -> Bool {
        let bytes = Array(word.utf8)
        let special: Set<UInt8> = [UInt8(ascii: "$"), UInt8(ascii: "`"), UInt8(ascii: "\"")]
        return bytes.indices.allSatisfy { index in
            if special.contains(bytes[index]) { return false }
            guard bytes[index] == UInt8(ascii: "\\") else { return true }
            // A backslash stands for itself unless something special, a line's end or the closing quote follows.
            guard index + 1 < bytes.count else { return false }
            return bytes[index + 1] != UInt8(ascii: "\\") && bytes[index + 1] != UInt8(ascii: "\n")
        }
    }

    private static func inSingleQuotes(_ word: String) -> String {
        let parts = word.split(separator: "'", omittingEmptySubsequences: false)
        return "'" + parts.joined(separator: "'\\''") + "'"
    }
}
