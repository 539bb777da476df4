/// Which options remotes of each kind have; DVC refuses to work with a file that has others.
package enum RemoteOptions {
    private static let common = ["url", "jobs", "checksum_jobs", "no_traverse", "version_aware", "worktree"]

    /// Options by scheme; the empty one stands for folders.
    private static let own: [String: [String]] = [
        "": ["type", "protected", "shared", "slow_link_warning", "verify"],
        "s3": [
            "access_key_id", "acl", "allow_anonymous_login", "cache_regions", "configpath", "connect_timeout",
            "credentialpath", "endpointurl", "grant_full_control", "grant_read", "grant_read_acp", "grant_write_acp",
            "listobjects", "profile", "read_timeout", "region", "secret_access_key", "session_token", "sse",
            "sse_customer_algorithm", "sse_customer_key", "sse_kms_key_id", "ssl_verify", "use_ssl", "verify",
        ],
        "gs": ["allow_anonymous_login", "credentialpath", "endpointurl", "projectname", "verify"],
        "ssh": [
            "allow_agent", "ask_passphrase", "ask_password", "gss_auth", "keyfile", "max_sessions", "passphrase",
            "password", "port", "timeout", "type", "user", "verify",
        ],
        "hdfs": ["kerb_ticket", "replication", "user"],
        "webhdfs": [
            "data_proxy_target", "kerberos", "kerberos_principal", "password", "proxy_to", "ssl_verify", "token",
            "use_https", "user", "verify",
        ],
        "azure": [
            "account_key", "account_name", "allow_anonymous_login", "client_id", "client_secret", "connection_string",
            "connection_timeout", "exclude_environment_credential", "exclude_managed_identity_credential",
            "exclude_shared_token_cache_credential", "exclude_visual_studio_code_credential", "read_timeout",
            "sas_token", "tenant_id", "timeout", "verify",
        ],
        "oss": ["oss_endpoint", "oss_key_id", "oss_key_secret", "verify"],
        "gdrive": [
            "gdrive_acknowledge_abuse", "gdrive_client_id", "gdrive_client_secret",
            "gdrive_service_account_json_file_path", "gdrive_service_account_user_email", "gdrive_trash_only",
            "gdrive_use_service_account", "gdrive_user_credentials_file", "profile", "verify",
        ],
        "http": [
            "ask_password", "auth", "connect_timeout", "custom_auth_header", "method", "password", "read_timeout",
            "ssl_verify", "user", "verify",
        ],
        "webdav": [
            "ask_password", "bearer_token_command", "cert_path", "custom_auth_header", "key_path", "password",
            "ssl_verify", "timeout", "token", "user", "verify",
        ],
        "remote": [],
    ]

    /// Schemes that are other names for one of the above.
    private static let aliases = ["sftp": "ssh", "https": "http", "webdavs": "webdav", "file": ""]

    /// The kinds of addresses, in the order of their names.
    package static var schemes: [String] { (Array(own.keys) + Array(aliases.keys)).filter { !$0.isEmpty }.sorted() }

    /// The options of a kind; `nil` for a scheme that is not known.
    ///
    /// - Parameter scheme: `nil` for a path.
    static func names(for scheme: String?) -> [String]? {
        let scheme = scheme ?? ""
        if scheme == "remote" { return common + Array(Set(own.values.flatMap(\.self))).sorted() }
        return own[aliases[scheme] ?? scheme].map { common + $0 }
    }

    /// Options that are paths, which a file holds relative to its own folder.
    static let paths = [
        "url", "credentialpath", "configpath", "keyfile", "cert_path", "key_path", "gdrive_user_credentials_file",
        "gdrive_service_account_json_file_path",
    ]

    /// Options that are whole numbers, with the least of each.
    static let numbers = [
        "jobs": 1, "checksum_jobs": 1, "port": 1, "timeout": 0, "max_sessions": 1, "read_timeout": 0,
        "connect_timeout": 0, "connection_timeout": 0, "replication": 1,
    ]

    /// Options that are truth values.
    static let truths: Set = [
        "verify", "version_aware", "worktree", "no_traverse", "allow_anonymous_login", "use_ssl", "cache_regions",
        "listobjects", "ask_password", "ask_passphrase", "allow_agent", "gss_auth", "kerberos", "use_https",
        "gdrive_acknowledge_abuse", "gdrive_trash_only", "gdrive_use_service_account", "protected",
        "slow_link_warning",
    ]
}
