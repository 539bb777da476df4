import Git
import SystemPackage

/// Where hooks of ours have nothing to say.
package enum HookSilence {
    /// Whether git was called by us, who look after the data ourselves.
    package static func holds(_ environment: [String: String]) -> Bool { environment[GitCommand.marker] != nil }

    /// Whether a folder belongs to a worktree that was made for one run.
    package static func holds(in folder: FilePath) -> Bool {
        let names = folder.components.map(\.string)
        return names.indices.dropLast(2).contains {
            names[$0] == ".dvc" && names[$0 + 1] == "tmp" && names[$0 + 2] == "exps"
        }
    }
}

extension GitSettings {
    /// A setting with few possible values.
    ///
    /// - Parameter key: In lower case but for how it is shown.
    /// - Throws: ``HookError/badSetting(name:value:expected:)`` for any other value.
    package func choice<Choice: RawRepresentable<String>>(
        _ key: String, of choices: [Choice], default choice: Choice
    ) throws(HookError) -> Choice {
        guard let text = self[key.lowercased()] else { return choice }
        if let found = Choice(rawValue: text.lowercased()) { return found }
        throw .badSetting(name: key, value: text, expected: choices.map(\.rawValue).joined(separator: ", "))
    }
}
