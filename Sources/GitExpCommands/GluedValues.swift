/// Values that are glued to the letter of their option, as in `-Slr=0.1`.
enum GluedValues {
    /// The words of a call of `run` with such values as words of their own.
    ///
    /// The argument parser knows glued values, too, but takes a word with an equals sign for a long option.
    static func separated(_ arguments: [String]) -> [String] {
        guard arguments.first == "run" else { return arguments }
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        return arguments[..<end].flatMap { word -> [String] in
            let bytes = Array(word.utf8.prefix(3))
            guard bytes.count == 3, bytes[0] == UInt8(ascii: "-"), "SMn".utf8.contains(bytes[1]),
                bytes[2] != UInt8(ascii: "="), word.utf8.contains(UInt8(ascii: "="))
            else { return [word] }
            return [String(word.prefix(2)), String(word.dropFirst(2))]
        } + arguments[end...]
    }
}
