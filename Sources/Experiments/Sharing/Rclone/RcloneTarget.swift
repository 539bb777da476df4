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
    private(set) var environment: [String: String]
    /// Where the remote's folder is: `bucket/path`.
    private(set) var path = ""
    /// Whether a file is not there before all of it is.
    private(set) var isAtomic = false
    private(set) var canBeWritten = true
    private(set) var canBeListed = true

    private let settings: RemoteSettings
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
    private mutating func set(_ option: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        for name in ["GITEXP", "GITEXPARRIVALS"] { environment["RCLONE_CONFIG_\(name)_" + option.uppercased()] = value }
    }

    private func isTrue(_ option: String) throws -> Bool { try settings.isTrue(option) ?? false }

    private func obscured(_ secret: String) throws -> String {
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
    private func password(_ place: RemoteAddress) throws -> String? {
        if let password = settings["password"] ?? place.password { return password }
        return try isTrue("ask_password") ? try ask("password") : nil
    }

    private func ask(_ what: String) throws -> String {
        guard let secret = askSecret("The \(what) for remote '\(name)' (\(address))") else {
            throw RemoteError.noTerminal(name, what)
        }
        return secret
    }

    // MARK: Buckets

    private mutating func describeS3(_ place: RemoteAddress) throws {
        isAtomic = true
        path += place.bucketPath
        set("type", "s3")
        let endpoint = settings["endpointurl"]
        set("provider", endpoint == nil ? "AWS" : "Other")
        set("endpoint", try isTrue("use_ssl") || settings["use_ssl"] == nil ? endpoint : Self.plain(endpoint))
        // rclone cannot do with this variable; it has one of its own.
        if let bundle = environment.removeValue(forKey: "AWS_CA_BUNDLE") { environment["RCLONE_CA_CERT"] = bundle }
        // Buckets belong to who set them up.
        set("no_check_bucket", "true")
        let key = settings["access_key_id"]
        set("access_key_id", key)
        set("secret_access_key", settings["secret_access_key"])
        set("session_token", settings["session_token"])
        if key == nil, try !isTrue("allow_anonymous_login") { set("env_auth", "true") }
        let profile = settings["profile"]
        set("profile", profile)
        set("shared_credentials_file", settings.path("credentialpath")?.string)
        if let file = settings.path("configpath") { environment["AWS_CONFIG_FILE"] = file.string }
        set("region", settings["region"] ?? AmazonSettings.region(profile: profile, environment))
        set("acl", settings["acl"])
        set("server_side_encryption", settings["sse"])
        set("sse_kms_key_id", settings["sse_kms_key_id"])
        set("sse_customer_algorithm", settings["sse_customer_algorithm"])
        set("sse_customer_key", settings["sse_customer_key"])
    }

    private static func plain(_ endpoint: String?) -> String? {
        endpoint.map { $0.hasPrefix("https://") ? "http://" + $0.dropFirst(8) : $0 }
    }

    private mutating func describeAlibaba(_ place: RemoteAddress) {
        isAtomic = true
        path += place.bucketPath
        set("type", "s3")
        set("provider", "Alibaba")
        set("endpoint", settings["oss_endpoint"] ?? environment["OSS_ENDPOINT"])
        set("access_key_id", settings["oss_key_id"] ?? environment["OSS_ACCESS_KEY_ID"])
        set("secret_access_key", settings["oss_key_secret"] ?? environment["OSS_ACCESS_KEY_SECRET"])
        set("no_check_bucket", "true")
    }

    private mutating func describeGoogle(_ place: RemoteAddress) throws {
        isAtomic = true
        path += place.bucketPath
        set("type", "google cloud storage")
        set("service_account_file", settings.path("credentialpath")?.string)
        set("project_number", settings["projectname"])
        set("endpoint", settings["endpointurl"])
        set("no_check_bucket", "true")
        if try isTrue("allow_anonymous_login") {
            set("anonymous", "true")
        } else if settings["credentialpath"] == nil {
            set("env_auth", "true")
        }
    }

    private mutating func describeAzure(_ place: RemoteAddress) throws {
        isAtomic = true
        path += place.bucketPath
        set("type", "azureblob")
        let text = settings["connection_string"] ?? environment["AZURE_STORAGE_CONNECTION_STRING"]
        var parts: [String: String] = [:]
        for part in (text ?? "").split(separator: ";") {
            let words = part.split(separator: "=", maxSplits: 1)
            if words.count == 2 { parts[words[0].lowercased()] = String(words[1]) }
        }
        let account =
            settings["account_name"] ?? parts["accountname"] ?? environment["AZURE_STORAGE_ACCOUNT"]
        let key = settings["account_key"] ?? parts["accountkey"] ?? environment["AZURE_STORAGE_KEY"]
        let token =
            settings["sas_token"] ?? parts["sharedaccesssignature"] ?? environment["AZURE_STORAGE_SAS_TOKEN"]
        guard let account = account ?? Self.account(ofEndpoint: parts["blobendpoint"]) else {
            throw RemoteError.unsupported(
                name, "its account is not known", hint: "git exp remote modify \(name) account_name <account>")
        }
        set("account", account)
        let suffix = parts["endpointsuffix"] ?? "core.windows.net"
        let endpoint = parts["blobendpoint"] ?? "https://\(account).blob.\(suffix)"
        if let token {
            let base = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
            set("sas_url", base + "/" + place.host + "?" + (token.hasPrefix("?") ? String(token.dropFirst()) : token))
        } else if let key {
            set("key", key)
            if parts["blobendpoint"] != nil || parts["endpointsuffix"] != nil { set("endpoint", endpoint) }
        } else if try !isTrue("allow_anonymous_login") {
            set("env_auth", "true")
            set("tenant", settings["tenant_id"])
            set("client_id", settings["client_id"])
            set("client_secret", settings["client_secret"])
        }
    }

    private static func account(ofEndpoint endpoint: String?) -> String? {
        guard let endpoint, let scheme = RemoteSettings.scheme(of: endpoint) else { return nil }
        return endpoint.dropFirst(scheme.count + 3).split(separator: ".").first.map(String.init)
    }

    private mutating func describeDrive(_ place: RemoteAddress) throws {
        path += place.path
        set("type", "drive")
        set("scope", "drive")
        set("root_folder_id", place.host)
        set("service_account_file", settings.path("gdrive_service_account_json_file_path")?.string)
        set("impersonate", settings["gdrive_service_account_user_email"])
        set("client_id", settings["gdrive_client_id"])
        set("client_secret", settings["gdrive_client_secret"])
        set("acknowledge_abuse", try isTrue("gdrive_acknowledge_abuse") ? "true" : nil)
        set("use_trash", settings["gdrive_trash_only"] == nil ? nil : "true")
        if settings["gdrive_service_account_json_file_path"] == nil {
            throw RemoteError.unsupported(
                name, "Google Drive is reached with a service account only",
                hint: "git exp remote modify --local \(name) gdrive_service_account_json_file_path <file>")
        }
    }

    // MARK: Hosts

    private mutating func describeSSH(_ place: RemoteAddress) throws {
        path += "/" + place.path
        set("type", "sftp")
        let known = try SecureShellSettings(host: place.host, environment: environment, remote: name)
        set("host", known.host)
        set("user", settings["user"] ?? place.user ?? known.user ?? environment["USER"])
        set("port", settings["port"] ?? place.port.map(String.init) ?? known.port)
        // Whom one talks to is checked; rclone by itself would talk to anybody.
        set("known_hosts_file", known.knownHosts)
        let password = try password(place)
        set("pass", try password.map(obscured))
        if let key = settings.path("keyfile") {
            set("key_file", key.string)
        } else if password == nil, try environment["SSH_AUTH_SOCK"] == nil || settings.isTrue("allow_agent") == false {
            set("key_file", known.identity)
        }
        if let passphrase = try settings["passphrase"] ?? (isTrue("ask_passphrase") ? ask("passphrase") : nil) {
            set("key_file_pass", try obscured(passphrase))
        }
    }

    private mutating func describeHDFS(_ place: RemoteAddress) {
        path += "/" + place.path
        set("type", "hdfs")
        set("namenode", place.host + ":\(place.port ?? 8_020)")
        set("username", settings["user"] ?? place.user)
    }

    // MARK: The web

    private mutating func describeWebDAV(_ place: RemoteAddress) throws {
        set("type", "webdav")
        set("vendor", "other")
        // rclone makes folders below this address only.
        set("url", place.site(scheme == "webdavs" ? "https" : "http"))
        path = place.path
        let password = try password(place)
        if let header = settings["custom_auth_header"] {
            set("headers", header + "," + (password ?? settings["token"] ?? ""))
            return
        }
        set("bearer_token", settings["token"])
        if let command = settings.options["bearer_token_command"] {
            guard command.level != .project else {
                throw RemoteError.commandInRepository(name, "bearer_token_command")
            }
            set("bearer_token_command", command.value)
        }
        set("user", settings["user"] ?? place.user)
        set("pass", try password.map(obscured))
    }

    private mutating func describeWeb(_ place: RemoteAddress) throws {
        canBeWritten = false
        canBeListed = false
        set("type", "http")
        set("url", place.web(scheme) + "/")
        let user = settings["user"] ?? place.user
        switch settings["auth"]?.lowercased() ?? (user == nil ? "" : "basic") {
        case "":
            break
        case "basic":
            let login = "\(user ?? ""):\(try password(place) ?? "")"
            set("headers", "Authorization,Basic " + Base64.encode(Array(login.utf8)))
        case "custom":
            set("headers", (settings["custom_auth_header"] ?? "") + "," + (try password(place) ?? ""))
        case let method:
            throw RemoteError.unsupported(
                name, "it wants authentication of the kind '\(method)'", hint: "'basic' and 'custom' are possible")
        }
    }
}
