import Clibgit2
import SystemPackage

/// Git's settings as git itself would see them in a repository, `git -c` and its environment forms included.
///
/// libgit2 reads the files; what it does not know (settings in the environment, `config.worktree`) is added here.
package struct GitSettings: Sendable {
    /// Section and key in lower case, subsections as written; of several values the last one counts.
    private var values: [String: String] = [:]

    /// The settings that hold in a repository.
    package init(of repository: Repository) throws(GitError) {
        var config: OpaquePointer?
        try check { git_repository_config(&config, repository.raw) }
        defer { git_config_free(config) }
        try collect(from: config)
        if isTrue("extensions.worktreeconfig") ?? false,
            let own = GitSettings(file: repository.gitDirectory.appending("config.worktree"))
        {
            values.merge(own.values) { $1 }
        }
        for (key, value) in Self.environmentOverrides(getenvironment) { values[Self.normalized(key)] = value }
    }

    /// The settings that hold for the user outside of any repository.
    package static func ofUser() throws(GitError) -> GitSettings {
        var config: OpaquePointer?
        try check { git_config_open_default(&config) }
        defer { git_config_free(config) }
        var settings = GitSettings()
        try settings.collect(from: config)
        for (key, value) in environmentOverrides(getenvironment) { settings.values[normalized(key)] = value }
        return settings
    }

    private init() {}

    /// The settings in one file; `nil` where it cannot be read.
    init?(file: FilePath) {
        prepareLibrary()
        var config: OpaquePointer?
        let status = file.withPlatformString { git_config_open_ondisk(&config, $0) }
        defer { git_config_free(config) }
        guard status == 0, (try? collect(from: config)) != nil else { return nil }
    }

    private mutating func collect(from config: OpaquePointer?) throws(GitError) {
        var iterator: OpaquePointer?
        try check { git_config_iterator_new(&iterator, config) }
        defer { git_config_iterator_free(iterator) }
        var entry: UnsafeMutablePointer<git_config_entry>?
        while git_config_next(&entry, iterator) == 0, let found = entry?.pointee {
            // A key without `=` has no value and means true.
            values[String(cString: found.name)] = found.value.map { String(cString: $0) } ?? "true"
        }
    }

    /// The value of a key such as `user.name` or `exp.durability`; section and key in lower case.
    package subscript(key: String) -> String? { values[key] }

    /// A boolean in git's spelling; `nil` where the key is absent or holds something else.
    package func isTrue(_ key: String) -> Bool? {
        switch values[key]?.lowercased() {
        case "true", "yes", "on", "1": true
        case "false", "no", "off", "0", "": false
        default: nil
        }
    }

    /// All keys that begin with `prefix`.
    package func keys(withPrefix prefix: String) -> [String] {
        values.keys.filter { $0.hasPrefix(prefix) }.sorted()
    }

    private static func normalized(_ key: String) -> String {
        guard let first = key.firstIndex(of: "."), let last = key.lastIndex(of: ".") else { return key.lowercased() }
        if first == last { return key.lowercased() }
        return key[..<first].lowercased() + key[first..<last] + key[last...].lowercased()
    }

    /// The settings of `git -c`, which travel in `GIT_CONFIG_PARAMETERS` (shell-quoted `'key'='value'` or
    /// `'key=value'`) and in `GIT_CONFIG_COUNT` with its numbered pairs.
    static func environmentOverrides(_ variable: (String) -> String?) -> [(String, String)] {
        var result: [(String, String)] = []
        if let count = variable("GIT_CONFIG_COUNT").flatMap(Int.init), count > 0, count < 10_000 {
            for index in 0..<count {
                guard let key = variable("GIT_CONFIG_KEY_\(index)") else { continue }
                result.append((key, variable("GIT_CONFIG_VALUE_\(index)") ?? ""))
            }
        }
        if let parameters = variable("GIT_CONFIG_PARAMETERS") {
            result += unquoted(parameters).map { word in
                guard let equals = word.firstIndex(of: "=") else { return (word, "true") }
                return (String(word[..<equals]), String(word[word.index(after: equals)...]))
            }
        }
        return result
    }

    /// Splits words that git's own quoting made: single quotes, with `'\''` and `'\!'` inside.
    private static func unquoted(_ text: String) -> [String] {
        var words: [String] = []
        var word: String?
        var quoted = false
        var escaped = false
        for character in text {
            if escaped {
                word = (word ?? "") + String(character)
                escaped = false
            } else if character == "'" {
                quoted.toggle()
                word = word ?? ""
            } else if quoted {
                word = (word ?? "") + String(character)
            } else if character == "\\" {
                escaped = true
            } else if character == " " {
                if let finished = word { words.append(finished) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let finished = word { words.append(finished) }
        return words
    }
}
