import Files
import SystemPackage

/// The settings of a project, from all the levels that DVC knows.
///
/// Keys are `core.remote`, `cache.dir`, `remote.<name>.url` and the like. Unknown keys are kept and do no harm.
package struct ProjectConfig: Sendable {
    /// Where a setting comes from; later levels win.
    package enum Level: String, Sendable, CaseIterable {
        case system, global, project, local
    }

    /// A setting with its origin.
    package struct Setting: Sendable {
        /// As the file has it, without quotes; what it means is up to who asks.
        package let value: String
        /// The strongest level that has the setting.
        package let level: Level
        /// The folder of its file; relative paths start there.
        package let folder: FilePath
    }

    private var settings: [ExactString: Setting] = [:]

    /// Has no settings, as a project with empty files.
    package init() {}

    /// Reads all levels that exist.
    ///
    /// - Parameters:
    ///   - root: The project root, absolute.
    ///   - environment: For `DVC_SYSTEM_CONFIG_DIR`, `DVC_GLOBAL_CONFIG_DIR`, `XDG_CONFIG_DIRS`, `XDG_CONFIG_HOME`
    ///     and `HOME`.
    /// - Throws: ``PipelineError`` for a file that cannot be understood, `FileError` for one that cannot be read.
    package static func load(root: FilePath, environment: [String: String]) throws -> ProjectConfig {
        var config = ProjectConfig()
        for (level, path) in files(root: root, environment: environment) {
            guard let bytes = try FileIO.read(path), !bytes.isEmpty else { continue }
            config.merge(
                try ConfigFile(parsing: bytes, file: path.string), level: level, folder: path.parent)
        }
        return config
    }

    /// The files of all levels, whether or not they exist, the weakest first.
    package static func files(root: FilePath, environment: [String: String]) -> [(level: Level, path: FilePath)] {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        var files: [(level: Level, path: FilePath)] = []
        let firstSystemFolder = value("XDG_CONFIG_DIRS")?.split(separator: ":").first.map(String.init) ?? "/etc/xdg"
        let system = value("DVC_SYSTEM_CONFIG_DIR").map { FilePath($0) } ?? FilePath(firstSystemFolder).appending("dvc")
        files.append((.system, system.appending("config")))
        let home = value("XDG_CONFIG_HOME") ?? value("HOME").map { $0 + "/.config" }
        if let global = value("DVC_GLOBAL_CONFIG_DIR") ?? home.map({ $0 + "/dvc" }) {
            files.append((.global, FilePath(global).appending("config")))
        }
        files.append((.project, root.appending(".dvc").appending("config")))
        files.append((.local, root.appending(".dvc").appending("config.local")))
        return files
    }

    /// Adds the settings of a file, which win over those that are here.
    package mutating func merge(_ file: ConfigFile, level: Level, folder: FilePath) {
        for (section, key, value) in file.settings {
            settings[ExactString(Self.name(section) + "." + key)] = Setting(value: value, level: level, folder: folder)
        }
    }

    /// `remote "storage"` becomes `remote.storage`.
    static func name(_ section: String) -> String {
        guard section.hasPrefix("remote") else { return section }
        var rest = section.dropFirst("remote".count).drop { $0 == " " || $0 == "\t" }
        guard rest.first == "\"", rest.last == "\"", rest.count > 1 else { return section }
        rest = rest.dropFirst().dropLast()
        return "remote." + rest
    }

    /// Adds a setting, which wins over what is here.
    package mutating func set(_ key: String, to value: String, level: Level, folder: FilePath) {
        settings[ExactString(key)] = Setting(value: value, level: level, folder: folder)
    }

    /// A setting with its origin; `nil` where no level has it.
    package func setting(_ key: String) -> Setting? { settings[ExactString(key)] }

    /// The text of a setting; `nil` where no level has it.
    package subscript(key: String) -> String? { setting(key)?.value }

    /// A setting that is a truth value.
    ///
    /// - Throws: ``PipelineError/badSetting(name:value:expected:)`` for any other text.
    package func isTrue(_ key: String) throws(PipelineError) -> Bool? {
        guard let text = self[key] else { return nil }
        switch text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default: throw .badSetting(name: key, value: text, expected: "true or false")
        }
    }

    /// The elements of a setting that is a list with commas; `nil` where no level has it.
    package func list(_ key: String) -> [String]? {
        guard let text = self[key] else { return nil }
        return text.split(separator: ",").map { element in
            var element = element[...]
            while let first = element.first, " \t'\"".contains(first) { element.removeFirst() }
            while let last = element.last, " \t'\"".contains(last) { element.removeLast() }
            return String(element)
        }
    }

    /// A setting that is a path: a relative one starts at the folder of its file.
    package func path(_ key: String) -> FilePath? {
        guard let setting = setting(key) else { return nil }
        return setting.folder.pushing(FilePath(setting.value)).lexicallyNormalized()
    }

    /// The settings of a section such as `remote.storage`, by what follows the section's name.
    package func section(_ name: String) -> [String: Setting] {
        let prefix = name + "."
        var result: [String: Setting] = [:]
        for (key, setting) in settings where key.text.utf8.starts(with: prefix.utf8) {
            // Names of remotes may have dots in them, names of options have none.
            let option = String(decoding: key.text.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
            if !option.utf8.contains(UInt8(ascii: ".")) { result[option] = setting }
        }
        return result
    }

    /// The names of the remotes, sorted.
    package var remotes: [String] {
        let suffix = ".url"
        return settings.keys.filter { $0.text.hasPrefix("remote.") && $0.text.hasSuffix(suffix) }
            .sorted().map { String($0.text.dropFirst("remote.".count).dropLast(suffix.count)) }
    }
}
