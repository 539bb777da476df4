import Files
import Formats
import SystemPackage

/// The configuration files that a command reads, and the one that it writes.
package struct ConfigFiles {
    /// A setting with the file that it is from.
    package struct Entry {
        /// `core.remote`, `remote.storage.url`.
        package let name: String
        /// As users see it: the path of a folder is made absolute.
        package let value: String
        /// Absolute, as far as the environment's folders are.
        package let file: FilePath
    }

    private let read: [(level: ProjectConfig.Level, path: FilePath, content: ConfigFile)]
    private let written: FilePath

    /// Opens the files; outside of a project those of the system and of the user.
    ///
    /// - Parameters:
    ///   - folder: The absolute path of the folder of the call.
    ///   - level: Only this one; `nil` reads all and writes that of the project.
    /// - Throws: ``PipelineError/notInProject(_:)`` where the project's files are meant, `FormatError`, `FileError`.
    package init(from folder: FilePath, environment: [String: String], level: ProjectConfig.Level?) throws {
        var root: FilePath?
        var candidate = folder.lexicallyNormalized()
        repeat {
            if try FileStatus.of(candidate.appending(".dvc"), followingLinks: true)?.kind == .directory {
                root = candidate
            }
        } while root == nil && candidate.ascend()
        let needsProject = level != .system && level != .global
        if needsProject, root == nil { throw PipelineError.notInProject(folder) }
        let files = ProjectConfig.files(root: root ?? folder, environment: environment)
        let isMeant = { (found: ProjectConfig.Level) in level.map { $0 == found } ?? true }
        var read: [(level: ProjectConfig.Level, path: FilePath, content: ConfigFile)] = []
        for (found, path) in files where isMeant(found) {
            guard let bytes = try FileIO.read(path) else { continue }
            read.append((found, path, try ConfigFile(parsing: bytes, file: path.string)))
        }
        self.read = read
        guard let own = files.first(where: { $0.level == level ?? .project }) else { throw ConfigError.noHome }
        written = own.path
    }

    /// All settings, the weakest level first.
    package var all: [Entry] {
        read.flatMap { _, path, content in
            content.settings.map { setting in
                Entry(
                    name: ProjectConfig.name(setting.section) + "." + setting.key,
                    value: Self.shown(setting.value, setting.section, setting.key, path), file: path)
            }
        }
    }

    private static func shown(_ value: String, _ section: String, _ key: String, _ file: FilePath) -> String {
        guard let name = try? ConfigKey(ProjectConfig.name(section) + "." + key), name.isPath, !value.contains("://"),
            !value.hasPrefix("~")
        else { return value }
        return file.parent.pushing(FilePath(value)).lexicallyNormalized().string
    }

    /// The value that counts; `nil` where no level has one.
    package func value(of key: ConfigKey) -> Entry? {
        let name = ProjectConfig.name(key.section) + "." + key.option
        return all.last { $0.name.isIdentical(to: name) }
    }

    /// Writes a value.
    ///
    /// - Parameter folder: Where a relative path starts, absolute.
    /// - Throws: ``PipelineError/badSetting(name:value:expected:)``, `FileError`.
    package func set(_ key: ConfigKey, _ value: String, folder: FilePath) throws {
        let home = written.parent
        let text = try key.stored(value, folder: folder, home: home)
        let old = try FileIO.read(written)
        var edit = try ConfigEdit(old, file: written.string)
        edit.set(key.section, key.option, text)
        try FileIO.makeDirectories(home)
        try FileIO.replace(written, with: edit.bytes, sync: false)
    }

    /// Removes a setting.
    ///
    /// - Throws: ``ConfigError/notSet(_:file:)``, `FileError`.
    package func remove(_ key: ConfigKey, named name: String) throws {
        var edit = try ConfigEdit(try FileIO.read(written), file: written.string)
        guard edit.remove(key.section, key.option) else { throw ConfigError.notSet(name, file: written.string) }
        try FileIO.replace(written, with: edit.bytes, sync: false)
    }
}
