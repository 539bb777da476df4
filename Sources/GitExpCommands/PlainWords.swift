/// The words of a call, where all of them are plain: options spelled out, each value a word of its own or after `=`.
///
/// The argument parser learns a command's options by reflection, and that takes longer than a small run or a look at
/// experiments does. The calls made most often are therefore read here. Whatever is unusual about the words, such as
/// help, bundled letters or a mistake, is left to the parser, which knows every option and words complaints best.
struct PlainWords {
    private var flags: Set<String> = []
    private var values: [String: [String]] = [:]
    /// The words that are no options, in order.
    private(set) var others: [String] = []

    /// Reads the words; `nil` where one of them is not known here.
    ///
    /// - Parameters:
    ///   - flags: The names of options without a value, each with the spellings that stand for it.
    ///   - options: The same for options with a value.
    init?(
        _ words: ArraySlice<String>, flags known: KeyValuePairs<String, [String]>,
        options: KeyValuePairs<String, [String]> = [:], takesOthers: Bool = false
    ) {
        var rest = words
        while let word = rest.popFirst() {
            if let flag = known.first(where: { $0.value.contains(word) }) {
                flags.insert(flag.key)
            } else if let option = options.first(where: { $0.value.contains(word) }) {
                guard let value = rest.popFirst(), !value.utf8.starts(with: "-".utf8) else { return nil }
                values[option.key, default: []].append(value)
            } else if let (name, value) = Self.assignment(word),
                let option = options.first(where: { $0.value.contains(name) })
            {
                values[option.key, default: []].append(value)
            } else if takesOthers, !word.utf8.starts(with: "-".utf8) {
                others.append(word)
            } else {
                return nil
            }
        }
    }

    private static func assignment(_ word: String) -> (name: String, value: String)? {
        guard word.utf8.starts(with: "--".utf8), let sign = word.utf8.firstIndex(of: UInt8(ascii: "=")) else {
            return nil
        }
        return (String(word[..<sign]), String(word[word.utf8.index(after: sign)...]))
    }

    func has(_ flag: String) -> Bool { flags.contains(flag) }

    func all(_ option: String) -> [String] { values[option] ?? [] }

    /// The last value that was given.
    func last(_ option: String) -> String? { values[option]?.last }
}
