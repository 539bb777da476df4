import Cache
import Diagnostics
import Files
import Formats
import Pipeline
import SystemPackage

/// A remote in the words of `rclone`: what its environment has to say, and a path.
///
/// The remote is described in variables such as `RCLONE_CONFIG_GITEXP_HOST`, so that no file of rclone's is read and
/// nothing that is secret stands on a command line.
struct RcloneTarget: Sendable {
    let name: String
    let scheme: String
    /// For people, without anything secret.
    let address: String
    var environment: [String: String]
    /// Where the remote's folder is: `bucket/path`.
    var path = ""
    /// Whether a file is not there before all of it is.
    var isAtomic = false
    var canBeWritten = true
    var canBeListed = true

    let settings: RemoteSettings
    private let askSecret: @Sendable (String) -> String?

    /// Puts settings into rclone's words.
    ///
    /// - Parameters:
    ///   - environment: That of this process.
    ///   - askSecret: Asks at the terminal for what the argument says; `nil` where there is none.
    /// - Throws: ``RemoteError``, ``RemoteSettingsError`` for settings that cannot be used.
    init(_ settings: RemoteSettings, environment: [String: String], askSecret: @escaping @Sendable (String) -> String?)
        throws
    {
        let place = try RemoteAddress(settings)
        self.settings = settings
        self.askSecret = askSecret
        name = settings.name
        scheme = place.scheme
        address = place.shown
        self.environment = environment.filter { !$0.key.hasPrefix("RCLONE_CONFIG") }
        // No settings of rclone's own: the same project means the same place for everybody.
        self.environment["RCLONE_CONFIG"] = "/dev/null"
        for option in ["version_aware", "worktree"] where try settings.isTrue(option) ?? false {
            throw RemoteError.unsupported(
                name, "it keeps versions in the cloud ('\(option)')", hint: "only DVC can use such a remote")
        }
        switch scheme {
        case "s3": try describeS3(place)
        case "gs": try describeGoogle(place)
        case "azure": try describeAzure(place)
        case "ssh", "sftp": try describeSSH(place)
        case "webdav", "webdavs": try describeWebDAV(place)
        case "http", "https": try describeWeb(place)
        case "hdfs": describeHDFS(place)
        case "oss": describeAlibaba(place)
        case "gdrive": try describeDrive(place)
        default:
            throw RemoteError.unsupported(
                name, "there is no way to '\(scheme)://' addresses", hint: "use another kind of remote, or DVC")
        }
        try describeConnection()
    }

    /// Sets a variable that describes the remote; `nil` leaves it away.
    mutating func set(_ option: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        for name in ["GITEXP", "GITEXPARRIVALS"] { environment["RCLONE_CONFIG_\(name)_" + option.uppercased()] = value }
    }

    func isTrue(_ option: String) throws -> Bool { try settings.isTrue(option) ?? false }

    func obscured(_ secret: String) throws -> String {
        try RcloneCall.obscured(secret, environment: environment, remote: name)
    }

    /// What holds for all kinds that go over the web.
    private mutating func describeConnection() throws {
        if let verify = settings["ssl_verify"] {
            switch verify.lowercased() {
            case "true", "yes", "on", "1": break
            case "false", "no", "off", "0": environment["RCLONE_NO_CHECK_CERTIFICATE"] = "true"
            default: environment["RCLONE_CA_CERT"] = settings.path("ssl_verify")?.string
            }
        }
        if let certificate = settings.path("cert_path") { environment["RCLONE_CLIENT_CERT"] = certificate.string }
        if let key = settings.path("key_path") { environment["RCLONE_CLIENT_KEY"] = key.string }
        if let seconds = settings["connect_timeout"] ?? settings["connection_timeout"] {
            environment["RCLONE_CONTIMEOUT"] = seconds + "s"
        }
        if let seconds = settings["read_timeout"] ?? settings["timeout"] {
            environment["RCLONE_TIMEOUT"] = seconds + "s"
        }
    }

    /// The password that is set, or that somebody types; `nil` where none is needed.
    func password(_ place: RemoteAddress) throws -> String? {
        if let password = settings["password"] ?? place.password { return password }
        return try isTrue("ask_password") ? try ask("password") : nil
    }

    func ask(_ what: String) throws -> String {
        guard let secret = askSecret("The \(what) for remote '\(name)' (\(address))") else {
            throw RemoteError.noTerminal(name, what)
        }
        return secret
    }
}
