import Cache
import Files
import Formats
import Pipeline
import SystemPackage
import TestSupport
import Testing

@testable import Experiments

/// How the settings of a remote become the words of `rclone`.
@Suite struct RcloneTargetTests {
    private func target(
        _ url: String, _ options: [String: String] = [:], environment: [String: String] = ["PATH": "/nowhere"],
        local: [String: String] = [:], secret: String? = nil
    ) throws -> RcloneTarget {
        var config = ProjectConfig()
        for (level, settings) in [
            (ProjectConfig.Level.project, options.merging(["url": url]) { $1 }), (.local, local),
        ] {
            let lines = settings.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)\n" }.joined()
            let text = "['remote \"r\"']\n" + lines
            config.merge(try ConfigFile(parsing: Array(text.utf8), file: "config"), level: level, folder: "/p/.dvc")
        }
        let settings = try RemoteSettings("r", in: config, environment: environment)
        return try RcloneTarget(settings, environment: environment, askSecret: { _ in secret })
    }

    private func words(_ target: RcloneTarget) -> [String: String] {
        let prefix = "RCLONE_CONFIG_GITEXP_"
        return Dictionary(
            uniqueKeysWithValues: target.environment.filter { $0.key.hasPrefix(prefix) }.map {
                ($0.key.dropFirst(prefix.count).lowercased(), $0.value)
            })
    }

    @Test func bucketsOfAmazon() throws {
        let plain = try target("s3://bucket/a//b/", ["profile": "team", "region": "eu-west-1"])
        #expect(plain.path == "bucket/a/b" && plain.isAtomic && plain.address == "s3://bucket/a/b")
        #expect(
            words(plain) == [
                "type": "s3", "provider": "AWS", "profile": "team", "region": "eu-west-1", "env_auth": "true",
                "no_check_bucket": "true",
            ])
        let other = try target(
            "s3://bucket", ["endpointurl": "https://h:9000", "use_ssl": "false", "ssl_verify": "false"],
            local: ["access_key_id": "k", "secret_access_key": "s", "session_token": "t"])
        #expect(
            words(other) == [
                "type": "s3", "provider": "Other", "endpoint": "http://h:9000", "access_key_id": "k",
                "secret_access_key": "s", "session_token": "t", "no_check_bucket": "true",
            ])
        #expect(other.environment["RCLONE_NO_CHECK_CERTIFICATE"] == "true")
    }

    @Test func theRegionIsThatOfTheProfile() throws {
        let folder = try TemporaryDirectory()
        let file = folder.path.appending("config")
        let text = "[default]\nregion = one\n[profile team]\nregion = two\n"
        try FileIO.replace(file, with: Array(text.utf8), sync: false)
        let environment = ["PATH": "/nowhere", "AWS_CONFIG_FILE": file.string]
        #expect(words(try target("s3://b", environment: environment))["region"] == "one")
        #expect(words(try target("s3://b", ["profile": "team"], environment: environment))["region"] == "two")
    }

    @Test func bucketsOfGoogleAndContainersOfAzure() throws {
        let google = try target("gs://bucket/x", ["credentialpath": "../key.json", "projectname": "p"])
        #expect(
            words(google) == [
                "type": "google cloud storage", "service_account_file": "/p/key.json", "project_number": "p",
                "no_check_bucket": "true",
            ])
        let key = try target(
            "azure://box/x", local: ["connection_string": "AccountName=me;AccountKey=ab==;EndpointSuffix=c.net"])
        #expect(
            words(key) == ["type": "azureblob", "account": "me", "key": "ab==", "endpoint": "https://me.blob.c.net"])
        let token = try target("azure://box/x", ["account_name": "me"], local: ["sas_token": "?sv=1&sig=2"])
        #expect(words(token)["sas_url"] == "https://me.blob.core.windows.net/box?sv=1&sig=2")
        #expect(token.path == "box/x")
        #expect(throws: RemoteError.self) { try target("azure://box/x") }
    }

    @Test func hostsOverSSH() throws {
        let environment = ["PATH": "/nowhere", "HOME": "/home/me", "USER": "me", "SSH_AUTH_SOCK": "/agent"]
        let plain = try target("ssh://host/srv/data", environment: environment)
        #expect(plain.path == "/srv/data" && !plain.isAtomic)
        #expect(
            words(plain) == [
                "type": "sftp", "host": "host", "user": "me", "known_hosts_file": "/home/me/.ssh/known_hosts",
            ])
        let full = try target(
            "ssh://you@host:2222/x", ["port": "22", "keyfile": "~/k"], environment: environment)
        #expect(words(full)["user"] == "you" && words(full)["port"] == "22")
        #expect(words(full)["key_file"] == "/home/me/k")
        #expect(full.address == "ssh://you@host:2222/x")
        for url in ["ssh:///x", "ssh://host:99999/x", "ssh://-oProxyCommand=x/y"] {
            #expect(throws: RemoteError.self) { try target(url) }
        }
    }

    @Test func serversOfTheWeb() throws {
        let web = try target("https://host:8443/data", ["user": "me"], local: ["password": "pw"])
        #expect(!web.canBeWritten && !web.canBeListed)
        #expect(
            words(web) == [
                "type": "http", "url": "https://host:8443/data/", "headers": "Authorization,Basic bWU6cHc=",
            ])
        let dav = try target("webdavs://host/data", local: ["token": "t"])
        #expect(words(dav) == ["type": "webdav", "vendor": "other", "url": "https://host/", "bearer_token": "t"])
        #expect(dav.path == "data")
        #expect(throws: RemoteError.self) { try target("https://host/x", ["auth": "digest", "user": "me"]) }
    }

    @Test func aProgramOfTheRepositoryIsNotRun() throws {
        #expect(throws: RemoteError.commandInRepository("r", "bearer_token_command")) {
            try target("webdavs://host/data", ["bearer_token_command": "steal"])
        }
        let own = try target("webdavs://host/data", local: ["bearer_token_command": "mine"])
        #expect(words(own)["bearer_token_command"] == "mine")
    }

    @Test func whatIsAskedForNeedsATerminal() throws {
        #expect(throws: RemoteError.noTerminal("r", "password")) {
            try target("https://host/x", ["ask_password": "true", "user": "me"])
        }
        let asked = try target("https://host/x", ["ask_password": "true", "user": "me"], secret: "pw")
        #expect(words(asked)["headers"] == "Authorization,Basic bWU6cHc=")
    }

    @Test(arguments: ["version_aware", "worktree"]) func versionsInTheCloudAreRefused(_ option: String) throws {
        #expect(throws: RemoteError.self) { try target("s3://b", [option: "true"]) }
    }

    @Test func addressesThatCannotBeUsed() throws {
        for url in ["s3://", "s3://b\u{7F}/x", "ftp://host/x", "gdrive://folder/x", "ssh://host:0/x", "gs:///x"] {
            let error = #expect(throws: RemoteError.self, "\(url)") { try target(url) }
            #expect(error?.message.utf8.contains(0x7F) == false)
        }
        _ = try target("gdrive://folder/x", ["gdrive_service_account_json_file_path": "/key.json"])
    }

    /// A stand-in for `ssh` tells of a host that is reached through another one.
    @Test(arguments: [("proxyjump", true), ("proxycommand", true), ("port", false)])
    func hostsBehindOthers(_ option: String, _ isRefused: Bool) throws {
        let folder = try TemporaryDirectory()
        let program = folder.path.appending("ssh")
        try FileIO.replace(program, with: Array("#!/bin/sh\necho '\(option) 22'\n".utf8), sync: false)
        try FileIO.setMode(program, 0o755)
        let outcome = Result { try target("ssh://host/x", environment: ["PATH": folder.path.string]) }
        if isRefused {
            let error = #expect(throws: RemoteError.self) { try outcome.get() }
            #expect(error?.message.contains("'host' is reached through another host ('\(option)')") == true)
        } else {
            #expect(words(try outcome.get())["port"] == "22")
        }
    }

    @Test func bytesInPrintableCharacters() {
        for (text, wanted) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            #expect(Base64.encode(Array(text.utf8)) == wanted)
        }
    }
}
