import Cache
import Formats
import Pipeline

/// Hosts and web sites, in rclone's words.
extension RcloneTarget {
    mutating func describeSSH(_ place: RemoteAddress) throws {
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

    mutating func describeHDFS(_ place: RemoteAddress) {
        path += "/" + place.path
        set("type", "hdfs")
        set("namenode", place.host + ":\(place.port ?? 8_020)")
        set("username", settings["user"] ?? place.user)
    }

    mutating func describeWebDAV(_ place: RemoteAddress) throws {
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

    mutating func describeWeb(_ place: RemoteAddress) throws {
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
