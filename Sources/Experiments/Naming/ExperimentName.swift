import Cache
import Git

/// The rules for an experiment's name.
package enum ExperimentName {
    /// Checks a name that a user gave.
    ///
    /// - Parameter generation: That of the project. git takes no fewer than four digits for the beginning of an id;
    ///   DVC 2 does, so where it is used not even `e1` is a name.
    /// - Throws: ``ExperimentError/invalidName(_:reason:)`` where git would not take it as the last part of a
    ///   reference, or where it could be taken for an option or a commit.
    package static func check(_ name: String, generation: Generation = .three) throws(ExperimentError) {
        func refuse(_ reason: String) -> ExperimentError { .invalidName(name, reason: reason) }
        if name.isEmpty { throw refuse("it is empty") }
        if name.contains("/") { throw refuse("it contains a slash") }
        if name.hasPrefix("-") { throw refuse("it begins with a dash") }
        if name.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) {
            throw refuse("it contains a control character")
        }
        if name.contains("@") { throw refuse("'@' picks a checkpoint, as in 'name@3'") }
        if name.utf8.count > 200 { throw refuse("it is longer than 200 bytes") }
        if name.utf8.count <= 40, name.utf8.allSatisfy({ isHexDigit($0) }) {
            if name.utf8.count >= 4 { throw refuse("it could be the id of a commit") }
            if generation == .two { throw refuse("DVC 2, for which this project is, takes it for the id of a commit") }
        }
        if name == "workspace" || name == "HEAD" { throw refuse("it is the name of something else") }
        guard Repository.isValidReferenceName("refs/exps/00/" + String(repeating: "0", count: 38) + "/" + name) else {
            throw refuse("git allows no reference of that name (see 'git help check-ref-format')")
        }
    }

    static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    /// Draws a name such as `brave-otter` that `isTaken` does not know.
    package static func draw(
        using generator: inout some RandomNumberGenerator, isTaken: (String) throws -> Bool
    ) rethrows -> String {
        for _ in 0..<50 {
            let name = pair(&generator)
            if try !isTaken(name) { return name }
        }
        // With most pairs taken a number keeps the search short.
        while true {
            let name = pair(&generator) + "-\(Int.random(in: 2...9_999, using: &generator))"
            if try !isTaken(name) { return name }
        }
    }

    private static func pair(_ generator: inout some RandomNumberGenerator) -> String {
        word(of: adjectives, &generator) + "-" + word(of: nouns, &generator)
    }

    /// Draws one of the words of a list, which spaces and line ends separate.
    private static func word(of list: StaticString, _ generator: inout some RandomNumberGenerator) -> String {
        list.withUTF8Buffer { text in
            let isSeparator: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x0A }
            let count = text.count(where: isSeparator) + 1
            var rest = text[...]
            for _ in 0..<Int.random(in: 0..<count, using: &generator) {
                rest = rest.drop { !isSeparator($0) }.dropFirst()
            }
            return String(decoding: rest.prefix { !isSeparator($0) }, as: UTF8.self)
        }
    }
}

extension ExperimentContext {
    /// Checks a name that a user gave, by the rules of the project's generation.
    ///
    /// - Throws: What ``ExperimentName/check(_:generation:)`` throws.
    func checkName(_ name: String) throws {
        try ExperimentName.check(name)
        // For other names the project need not be read. What is wrong with its files is not the name's fault.
        guard name.utf8.allSatisfy(ExperimentName.isHexDigit), let workspace = try? workspace() else { return }
        try ExperimentName.check(name, generation: workspace.generation)
    }
}
