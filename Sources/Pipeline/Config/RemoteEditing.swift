import Files
import SystemPackage

/// Edits what the configuration files say of remotes; comments and layout stay.
package struct RemoteEditing {
    private let files: [(level: ProjectConfig.Level, path: FilePath)]
    private let level: ProjectConfig.Level
    private let folder: FilePath

    /// - Parameters:
    ///   - folder: Where relative paths on the command line start, absolute.
    ///   - level: The file to edit; that of the project by default.
    package init(_ project: Project, from folder: FilePath, environment: [String: String], level: ProjectConfig.Level?)
    {
        files = ProjectConfig.files(root: project.root, environment: environment)
        self.level = level ?? .project
        self.folder = folder
    }

    /// A remote in the order of the files.
    package struct Listed: Sendable {
        /// As the section writes it.
        package let name: String
        /// The address; a relative path is made absolute.
        package let url: String
    }

    /// The remotes that the file, or all files, name.
    ///
    /// - Parameters:
    ///   - level: `nil` means all.
    ///   - environment: For `HOME`.
    package func list(_ level: ProjectConfig.Level?, environment: [String: String]) throws -> [Listed] {
        var names: [String] = []
        var merged = ProjectConfig()
        for (found, path) in files where level.map({ $0 == found }) ?? true {
            guard let content = try read(path) else { continue }
            merged.merge(content, level: found, folder: path.parent)
            for setting in content.settings where setting.key == "url" {
                let name = ProjectConfig.name(setting.section)
                guard name.hasPrefix("remote.") else { continue }
                let short = String(name.dropFirst("remote.".count))
                if !names.contains(where: { $0.isIdentical(to: short) }) { names.append(short) }
            }
        }
        return names.map { name in
            let remote = try? RemoteSettings(name, in: merged, environment: environment)
            let url = merged["remote.\(name).url"] ?? ""
            return Listed(name: name, url: remote?.scheme == nil ? remote?.path?.string ?? url : url)
        }
    }

    /// The name of the default remote; `nil` without one.
    package func defaultRemote(_ level: ProjectConfig.Level?) throws -> String? {
        var name: String?
        for (found, path) in files where level.map({ $0 == found }) ?? true {
            let settings = try read(path)?.settings ?? []
            name = settings.last { $0.section == "core" && $0.key == "remote" }?.value.lowercased() ?? name
        }
        return name
    }

    // MARK: Editing

    /// Adds a remote.
    ///
    /// - Throws: ``RemoteSettingsError``, `FormatError`, `FileError`.
    package func add(_ name: String, url: String, isDefault: Bool, force: Bool) throws {
        let name = try Self.checked(name)
        let scheme = RemoteSettings.scheme(of: url)
        guard !url.isEmpty, RemoteOptions.names(for: scheme) != nil else {
            throw RemoteSettingsError.badScheme(scheme ?? url)
        }
        let text = try stored(url, option: "url", remote: name)
        try edit { edit, content in
            if content.settings.contains(where: { $0.section == Self.section(name) }) {
                guard force else { throw RemoteSettingsError.existing(name) }
                _ = edit.remove(section: Self.section(name))
            }
            if isDefault { edit.set("core", "remote", name) }
            edit.set(Self.section(name), "url", text)
        }
    }

    /// Sets an option of a remote, or with `nil` removes it.
    ///
    /// - Throws: ``RemoteSettingsError``, `FormatError`, `FileError`.
    package func modify(_ name: String, _ option: String, _ value: String?) throws {
        let name = name.lowercased()
        let option = option.lowercased()
        let merged = try settingsUpToLevel()
        guard let url = merged["remote.\(name).url"] else {
            throw RemoteSettingsError.unknown(name, similar: Similarity.closest(to: name, among: merged.remotes))
        }
        guard let value else {
            let path = try ownFile()
            if option == "url" { throw RemoteSettingsError.addressNeeded(name) }
            return try edit { edit, _ in
                guard edit.remove(Self.section(name), option) else {
                    throw RemoteSettingsError.notSet(remote: name, option: option, file: path.string)
                }
            }
        }
        let scheme = RemoteSettings.scheme(of: option == "url" ? value : url)
        guard let known = RemoteOptions.names(for: scheme) else { throw RemoteSettingsError.badScheme(scheme ?? "") }
        guard known.contains(option) else {
            let similar = Similarity.closest(to: option, among: known)
            throw RemoteSettingsError.unknownOption(option, scheme: scheme ?? "", similar: similar)
        }
        let text = try stored(value, option: option, remote: name)
        try edit { edit, _ in edit.set(Self.section(name), option, text) }
    }

    /// Chooses the default remote, or with `nil` none.
    ///
    /// - Throws: ``RemoteSettingsError``, `FormatError`, `FileError`.
    package func setDefault(_ name: String?) throws {
        guard let name = name?.lowercased() else {
            return try edit { edit, _ in _ = edit.remove("core", "remote") }
        }
        let merged = try settingsUpToLevel()
        guard merged.remotes.contains(where: { $0.isIdentical(to: name) }) else {
            throw RemoteSettingsError.unknown(name, similar: Similarity.closest(to: name, among: merged.remotes))
        }
        try edit { edit, _ in edit.set("core", "remote", name) }
    }

    /// Gives a remote another name, also where it is the default one.
    ///
    /// - Throws: ``RemoteSettingsError``, `FormatError`, `FileError`.
    package func rename(_ name: String, to new: String) throws {
        let (name, new) = (name.lowercased(), try Self.checked(new))
        if try settingsUpToLevel().remotes.contains(where: { $0.isIdentical(to: new) }) {
            throw RemoteSettingsError.existing(new)
        }
        try change(name) { edit, content in
            _ = edit.rename(section: Self.section(name), to: Self.section(new))
            if Self.isDefault(name, content) { edit.set("core", "remote", new) }
        }
    }

    /// Removes a remote; where it was the default one, there is none afterwards.
    ///
    /// - Throws: ``RemoteSettingsError``, `FormatError`, `FileError`.
    package func remove(_ name: String) throws {
        let name = name.lowercased()
        try change(name) { edit, content in
            _ = edit.remove(section: Self.section(name))
            if Self.isDefault(name, content) { _ = edit.remove("core", "remote") }
        }
    }

    /// Changes a remote that the file has, and what stronger files add to it: an addition to nothing would make DVC
    /// refuse to work.
    private func change(_ name: String, _ body: (inout ConfigEdit, ConfigFile) throws -> Void) throws {
        let section = Self.section(name)
        let own = try read(try ownFile())
        guard own?.settings.contains(where: { $0.section == section }) ?? false else {
            let known = try list(level, environment: [:]).map(\.name)
            throw RemoteSettingsError.unknown(name, similar: Similarity.closest(to: name, among: known))
        }
        for (_, path) in files.drop(while: { $0.level != level }) {
            guard let content = try read(path) else { continue }
            let isOwn = try path == ownFile()
            let isComplete = content.settings.contains { $0.section == section && $0.key == "url" }
            if isOwn || !isComplete { try edit(path, body) }
        }
    }

    private static func isDefault(_ name: String, _ content: ConfigFile) -> Bool {
        content.settings.contains { $0.section == "core" && $0.key == "remote" && $0.value.lowercased() == name }
    }

    // MARK: Files

    private func edit(_ body: (inout ConfigEdit, ConfigFile) throws -> Void) throws { try edit(ownFile(), body) }

    private func edit(_ path: FilePath, _ body: (inout ConfigEdit, ConfigFile) throws -> Void) throws {
        let old = try FileIO.read(path)
        var edit = try ConfigEdit(old, file: path.string)
        try body(&edit, try ConfigFile(parsing: old ?? [], file: path.string))
        if old == nil || edit.bytes != old {
            try FileIO.makeDirectories(path.parent)
            try FileIO.replace(path, with: edit.bytes, sync: false)
        }
    }

    private func ownFile() throws -> FilePath {
        guard let file = files.first(where: { $0.level == level }) else { throw ConfigError.noHome }
        return file.path
    }

    private func read(_ path: FilePath) throws -> ConfigFile? {
        try FileIO.read(path).map { try ConfigFile(parsing: $0, file: path.string) }
    }

    /// What the edited file can rely on: weaker ones, and itself.
    private func settingsUpToLevel() throws -> ProjectConfig {
        var config = ProjectConfig()
        for (found, path) in files {
            if let content = try read(path) {
                config.merge(content, level: found, folder: path.parent)
            }
            if found == level { break }
        }
        return config
    }

    // MARK: Text

    private static func section(_ name: String) -> String { "remote \"\(name)\"" }

    private static func checked(_ name: String) throws(RemoteSettingsError) -> String {
        let isUsable =
            !name.isEmpty && !name.hasPrefix("-")
            && name.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"\"'[]#;=".utf8.contains($0) }
        guard isUsable else { throw .badName(name) }
        return name.lowercased()
    }

    /// The value as the file is to have it.
    private func stored(_ value: String, option: String, remote: String) throws -> String {
        func refuse(_ expected: String) -> RemoteSettingsError {
            .badOption(remote: remote, option: option, expected: expected)
        }
        if value.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) { throw refuse("a single line") }
        if value.utf8.contains(0x22) && value.utf8.contains(0x27) {
            throw refuse("a value with one kind of quotes only")
        }
        if let least = RemoteOptions.numbers[option], Int(value).map({ $0 < least }) ?? true {
            throw refuse("a whole number from \(least)")
        }
        if RemoteOptions.truths.contains(option), !["true", "false"].contains(value.lowercased()) {
            throw refuse("true or false")
        }
        guard RemoteOptions.paths.contains(option), RemoteSettings.scheme(of: value) == nil, !value.hasPrefix("/"),
            !value.hasPrefix("~")
        else { return value }
        let target = folder.pushing(FilePath(value)).lexicallyNormalized()
        return ProjectPath.relative(target, from: try ownFile().parent).string
    }
}
