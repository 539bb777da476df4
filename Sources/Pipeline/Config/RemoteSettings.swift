import Diagnostics
import SystemPackage

/// A remote as the settings describe it.
package struct RemoteSettings: Sendable {
    /// In lower case, because DVC compares names so.
    package let name: String
    /// Its address as written; what follows `remote://` is resolved already.
    package let url: String
    /// Everything that is set for it, by the name of the option.
    package let options: [String: ProjectConfig.Setting]
    /// The folder where a relative address starts.
    private let folder: FilePath
    private let home: String?

    /// - Parameters:
    ///   - name: As `--remote` gives it; `nil` means the default one.
    ///   - environment: For `HOME`.
    /// - Throws: ``RemoteSettingsError``.
    package init(
        _ name: String?, in config: ProjectConfig, environment: [String: String]
    ) throws(RemoteSettingsError) {
        guard let name = (name ?? config["core.remote"]).map({ $0.lowercased() }) else {
            throw .noDefault(hasRemotes: !config.remotes.isEmpty)
        }
        var options = config.section("remote." + name)
        guard let address = options["url"] else {
            throw .unknown(name, similar: Similarity.closest(to: name, among: config.remotes))
        }
        var url = address.value
        var folder = address.folder
        // An address may begin at that of another remote, whose options then hold for both.
        var seen = [name]
        while url.hasPrefix("remote://") {
            let rest = url.dropFirst("remote://".count)
            let base = rest.prefix { $0 != "/" }.lowercased()
            let further = config.section("remote." + base)
            guard let start = further["url"], !seen.contains(base) else { throw .unknown(base, similar: []) }
            seen.append(base)
            let path = rest.drop { $0 != "/" }
            url = start.value + (start.value.hasSuffix("/") ? String(path.drop { $0 == "/" }) : String(path))
            folder = start.folder
            options = further.merging(options) { $1 }
        }
        self.name = name
        self.url = url
        self.options = options
        self.folder = folder
        home = environment["HOME"]
    }

    /// The address's scheme in lower case; `nil` for a path.
    package var scheme: String? { Self.scheme(of: url) }

    /// What stands before `://` in an address, in lower case; `nil` for a path.
    package static func scheme(of url: String) -> String? {
        let scheme = url.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
        return scheme.isEmpty || !url.dropFirst(scheme.count).hasPrefix("://") ? nil : scheme.lowercased()
    }

    /// The folder that the address names; `nil` where it is no path.
    package var path: FilePath? {
        switch scheme {
        case nil: absolute(url, from: folder)
        case "file": absolute(String(url.dropFirst("file://".count)), from: folder)
        default: nil
        }
    }

    /// The text of an option; `nil` where it is not set.
    package subscript(option: String) -> String? { options[option]?.value }

    /// An option that is a path: `~` is the user's home, and a relative one starts at the folder of its file.
    package func path(_ option: String) -> FilePath? {
        options[option].map { absolute($0.value, from: $0.folder) }
    }

    private func absolute(_ text: String, from folder: FilePath) -> FilePath {
        var text = text
        if text == "~" || text.hasPrefix("~/"), let home { text = home + text.dropFirst() }
        return folder.pushing(FilePath(text)).lexicallyNormalized()
    }

    /// An option that is a truth value.
    ///
    /// - Throws: ``RemoteSettingsError/badOption(remote:option:expected:)`` for any other text.
    package func isTrue(_ option: String) throws(RemoteSettingsError) -> Bool? {
        guard let text = self[option] else { return nil }
        switch text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default: throw .badOption(remote: name, option: option, expected: "true or false")
        }
    }

    /// How many files are copied at the same time.
    ///
    /// - Parameter wanted: What the command line says.
    /// - Throws: ``RemoteSettingsError/badOption(remote:option:expected:)``.
    package func jobs(_ wanted: Int?, default usual: Int) throws(RemoteSettingsError) -> Int {
        if let wanted { return wanted }
        guard let text = self["jobs"] else { return usual }
        guard let jobs = Int(text), (1...1_000).contains(jobs) else {
            throw .badOption(remote: name, option: "jobs", expected: "a number from 1 to 1000")
        }
        return jobs
    }
}

/// What is wrong with the settings of remotes.
package enum RemoteSettingsError: UserFacingError, Hashable {
    case noDefault(hasRemotes: Bool)
    case unknown(String, similar: [String])
    case existing(String)
    case badName(String)
    case badScheme(String)
    case unknownOption(String, scheme: String, similar: [String])
    case badOption(remote: String, option: String, expected: String)
    case notSet(remote: String, option: String, file: String)
    case addressNeeded(String)

    /// Names and addresses have their control characters made visible.
    package var message: String {
        switch self {
        case .noDefault: "there is no default remote"
        case .unknown(let name, _): "there is no remote '\(clean(name))'"
        case .existing(let name): "there is a remote '\(clean(name))' already"
        case .badName(let name): "'\(clean(name))' cannot be the name of a remote"
        case .badScheme(let scheme): "there are no remotes of the kind '\(clean(scheme))://'"
        case .unknownOption(let option, let scheme, _):
            "a remote \(scheme.isEmpty ? "that is a folder" : "of the kind '\(clean(scheme))://'") has no option '\(clean(option))'"
        case .badOption(let remote, let option, let expected):
            "option '\(clean(option))' of remote '\(clean(remote))' takes \(expected)"
        case .notSet(let remote, let option, let file):
            "option '\(clean(option))' of remote '\(clean(remote))' is not set in '\(clean(file))'"
        case .addressNeeded(let name): "remote '\(clean(name))' cannot do without an address"
        }
    }

    /// A command that helps or what would do instead; `nil` where there is none.
    package var hint: String? {
        switch self {
        case .noDefault(let hasRemotes):
            hasRemotes
                ? "choose one: git exp remote default <name>, or --remote <name>"
                : "add one: git exp remote add --default <name> <folder or address>"
        case .unknown(_, let similar):
            similar.isEmpty
                ? "'git exp remote list' shows them all"
                : "did you mean '\(similar.map(clean).joined(separator: "' or '"))'?"
        case .existing: "use '--force' to replace it"
        case .badName: "letters, digits, '-', '_' and '.' do"
        case .badScheme: "known are \(RemoteOptions.schemes.joined(separator: ", ")), and paths of folders"
        case .unknownOption(_, _, let similar):
            similar.isEmpty
                ? "DVC would refuse to work with a file that has it"
                : "did you mean '\(similar.joined(separator: "' or '"))'?"
        case .badOption, .notSet: nil
        case .addressNeeded(let name): "'git exp remote remove \(clean(name))' removes it as a whole"
        }
    }

    /// 129 for a name or a kind of address that cannot be, 128 for the rest.
    package var status: ExitStatus {
        switch self {
        case .badName, .badScheme: .usage
        default: .failure
        }
    }

    private func clean(_ text: String) -> String { Console.sanitized(text) }
}
