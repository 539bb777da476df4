import Diagnostics
import Files
import SystemPackage

/// The name of a setting of DVC's configuration: `core.remote`, `remote.storage.url`.
package struct ConfigKey: Sendable {
    /// As files write it: `core`, `remote "storage"`.
    package let section: String
    /// The last part, in lower case.
    package let option: String

    /// - Throws: ``ConfigError`` for a name that is not of this form, or that DVC does not know: it would refuse to work
    ///   with a file that has it.
    package init(_ name: String) throws(ConfigError) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map { String($0).lowercased() }
        guard !parts.contains(where: { $0.isEmpty || $0.utf8.contains { $0 < 0x20 || $0 == UInt8(ascii: "\"") } })
        else {
            throw .badName(name)
        }
        switch parts.count {
        case 2 where Self.options[parts[0]] != nil:
            section = parts[0]
            option = parts[1]
            if !(Self.options[parts[0]] ?? []).contains(option) {
                throw .unknownOption(name, similar: Similarity.closest(to: option, among: Self.options[section] ?? []))
            }
        case 2:
            throw .unknownSection(parts[0], similar: Similarity.closest(to: parts[0], among: Array(Self.options.keys)))
        case 3 where parts[0] == "remote":
            section = "remote \"\(parts[1])\""
            option = parts[2]
        default: throw .badName(name)
        }
    }

    /// A setting as a file has it.
    package init(of section: String, _ key: String) throws(ConfigError) {
        try self.init(ProjectConfig.name(section) + "." + key)
    }

    private static let options: [String: [String]] = [
        "core": [
            "remote", "checksum_jobs", "interactive", "analytics", "hardlink_lock", "no_scm", "autostage",
            "experiments",
            "check_update", "site_cache_dir", "machine",
        ],
        "cache": [
            "dir", "type", "protected", "shared", "slow_link_warning", "local", "s3", "gs", "hdfs", "webhdfs", "ssh",
            "azure",
        ],
        "hydra": ["enabled", "config_dir", "config_name", "plugins_path"],
        "parsing": ["bool", "list"],
        "plots": ["html_template", "auto_open", "out_dir"],
        "exp": [
            "code", "data", "models", "metrics", "params", "plots", "live", "auto_push", "git_remote",
        ],
        "state": ["dir", "row_limit", "row_cleanup_quota"],
        "index": ["dir"],
        "studio": ["token", "url", "repo_url", "offline", "exp_updates"],
    ]

    private static let truthValues = [
        "core.interactive", "core.analytics", "core.hardlink_lock", "core.no_scm", "core.autostage",
        "core.check_update",
        "cache.protected", "cache.slow_link_warning", "hydra.enabled", "plots.auto_open", "exp.auto_push",
        "studio.offline",
    ]

    /// The value as the file is to have it.
    ///
    /// - Parameters:
    ///   - folder: Where relative paths on the command line start, absolute.
    ///   - home: The folder of the file, where those in the file start, absolute.
    /// - Throws: ``PipelineError/badSetting(name:value:expected:)``.
    package func stored(_ value: String, folder: FilePath, home: FilePath) throws(PipelineError) -> String {
        let name = section + "." + option
        func refuse(_ expected: String) -> PipelineError { .badSetting(name: name, value: value, expected: expected) }
        if value.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) { throw refuse("a single line") }
        if value.utf8.contains(0x22) && value.utf8.contains(0x27) {
            throw refuse("a value with one kind of quotes only")
        }
        if Self.truthValues.contains(name), !["true", "false"].contains(value.lowercased()) {
            throw refuse("true or false")
        }
        switch name {
        case "cache.type":
            let types = value.split(separator: ",").map { $0.filter { $0 != " " } }
            if types.isEmpty || !types.allSatisfy({ ["reflink", "hardlink", "symlink", "copy"].contains($0) }) {
                throw refuse("some of reflink, hardlink, symlink and copy")
            }
        case "cache.shared": if value != "group" { throw refuse("'group'") }
        case "parsing.bool":
            if !["store_true", "boolean_optional"].contains(value) { throw refuse("store_true or boolean_optional") }
        case "parsing.list": if !["nargs", "append"].contains(value) { throw refuse("nargs or append") }
        default: break
        }
        guard isPath, !value.contains("://"), !value.hasPrefix("/"), !value.hasPrefix("~") else { return value }
        let target = folder.pushing(FilePath(value)).lexicallyNormalized()
        return ProjectPath.relative(target, from: home).string
    }

    /// Whether the value is a path that starts at the folder of its file.
    package var isPath: Bool {
        (section == "cache" && option == "dir") || (section.hasPrefix("remote ") && option == "url")
    }
}

/// What is wrong with the name of a setting.
package enum ConfigError: UserFacingError, Hashable {
    case badName(String)
    case unknownSection(String, similar: [String])
    case unknownOption(String, similar: [String])
    /// The setting to remove is not in the file.
    case notSet(String, file: String)
    /// There is no folder for the settings of the user.
    case noHome

    /// Names have their control characters made visible.
    package var message: String {
        switch self {
        case .badName(let name): "bad name of a setting: '\(Console.sanitized(name))'"
        case .unknownSection(let name, _): "there is no section '\(Console.sanitized(name))' of settings"
        case .unknownOption(let name, _): "there is no setting '\(Console.sanitized(name))'"
        case .notSet(let name, let file): "'\(Console.sanitized(name))' is not set in '\(Console.sanitized(file))'"
        case .noHome: "there is no folder for settings of yours"
        }
    }

    /// The form of a name, similar ones, or git's own command; `nil` where nothing was set.
    package var hint: String? {
        switch self {
        case .badName: "it has the form 'section.option' or 'remote.name.option'"
        case .unknownOption(let name, let similar)
        where similar.isEmpty && Self.settingsOfGit.contains(name.lowercased()):
            "it is one of git's settings: 'git config \(Console.sanitized(name)) VALUE'"
        case .unknownSection(_, let similar), .unknownOption(_, let similar):
            similar.isEmpty
                ? "DVC would refuse to work with a file that has it"
                : "did you mean '\(similar.joined(separator: "' or '"))'?"
        case .notSet: nil
        case .noHome: "set HOME or XDG_CONFIG_HOME"
        }
    }

    /// What this program reads from git's configuration.
    private static let settingsOfGit = [
        "exp.best", "exp.durability", "exp.generation", "exp.graceseconds", "exp.locktimeout",
    ]

    /// 129 for what is no name, 128 for the rest.
    package var status: ExitStatus {
        switch self {
        case .badName: .usage
        default: .failure
        }
    }
}
