/// The words of a call, where all of them are plain: options spelled out, each value a word of its own or after `=`.
///
/// The argument parser learns a command's options by reflection, and that takes longer than a small run or a look at
/// experiments does. The calls made most often are therefore read here. Whatever is unusual about the words, such as
/// help, bundled letters or a mistake, is left to the parser, which knows every option and words complaints best.
struct PlainWords {
    /// An option: its long name, and the letter that stands for it.
    typealias Spelling = (long: String, letter: String)

    private var flags: [String] = []
    private var names: [String] = []
    private var values: [String] = []
    /// The words that are no options, in order.
    private(set) var others: [String] = []

    /// Reads the words; `nil` where one of them is not known here.
    ///
    /// - Parameters:
    ///   - flags: Options without a value.
    ///   - options: Options with one.
    init?(_ words: ArraySlice<String>, flags: [Spelling], options: [Spelling] = [], takesOthers: Bool = false) {
        var next = words.startIndex
        while next < words.endIndex {
            let word = words[next]
            next += 1
            if let flag = flags.first(where: { $0.long == word || $0.letter == word }) {
                self.flags.append(flag.long)
            } else if let option = options.first(where: { $0.long == word || $0.letter == word }) {
                guard next < words.endIndex, !Self.hasDash(words[next]) else { return nil }
                names.append(option.long)
                values.append(words[next])
                next += 1
            } else if word.hasPrefix("--"), let sign = word.utf8.firstIndex(of: UInt8(ascii: "=")) {
                let name = String(word[..<sign])
                guard options.contains(where: { $0.long == name }) else { return nil }
                names.append(name)
                values.append(String(word[word.utf8.index(after: sign)...]))
            } else if takesOthers, !Self.hasDash(word) {
                others.append(word)
            } else {
                return nil
            }
        }
    }

    private static func hasDash(_ word: String) -> Bool { word.utf8.first == UInt8(ascii: "-") }

    func has(_ flag: String) -> Bool { flags.contains(flag) }

    /// The values of an option, in order.
    func all(_ option: String) -> [String] { names.indices.filter { names[$0] == option }.map { values[$0] } }

    /// The last value that was given.
    func last(_ option: String) -> String? { names.lastIndex(of: option).map { values[$0] } }
}
