import Cache
import Pipeline

/// Storage of buckets, drives and accounts, in rclone's words.
extension RcloneTarget {
    mutating func describeS3(_ place: RemoteAddress) throws {
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

    mutating func describeAlibaba(_ place: RemoteAddress) {
        isAtomic = true
        path += place.bucketPath
        set("type", "s3")
        set("provider", "Alibaba")
        set("endpoint", settings["oss_endpoint"] ?? environment["OSS_ENDPOINT"])
        set("access_key_id", settings["oss_key_id"] ?? environment["OSS_ACCESS_KEY_ID"])
        set("secret_access_key", settings["oss_key_secret"] ?? environment["OSS_ACCESS_KEY_SECRET"])
        set("no_check_bucket", "true")
    }

    mutating func describeGoogle(_ place: RemoteAddress) throws {
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

    mutating func describeAzure(_ place: RemoteAddress) throws {
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

    mutating func describeDrive(_ place: RemoteAddress) throws {
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
}
