import Files
import SystemPackage
import TestSupport
import Testing

/// `git exp remote`, whose files are those that DVC 3.67.1 writes.
@Suite struct RemoteCommandTests {
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        return sandbox
    }

    @Test func remotesAreAddedListedAndRemoved() throws {
        let sandbox = try project()
        let added = try sandbox.expOK("remote", "add", "-d", "My", "../store")
        #expect(added.errors == "Setting 'my' as a default remote.\n")
        #expect(
            try sandbox.read(".dvc/config")
                == "[core]\n    remote = my\n['remote \"my\"']\n    url = ../../store\n")
        try sandbox.expOK("remote", "add", "--local", "cloud", "s3://bucket/path")
        let store = sandbox.root.removingLastComponent().appending("store").string
        let column = store + String(repeating: " ", count: 8 - store.utf8.count % 8)
        #expect(try sandbox.expOK("remote", "list").output == "my      \(column)(default)\ncloud   s3://bucket/path\n")
        #expect(try sandbox.expOK("remote", "list", "--local").output == "cloud   s3://bucket/path\n")
        #expect(try sandbox.expOK("remote", "default").output == "my\n")
        let again = try sandbox.exp("remote", "add", "my", "other")
        #expect(again.status == 128 && again.errors.contains("'--force'"), "\(again)")
        try sandbox.expOK("remote", "add", "--force", "my", "/elsewhere")
        try sandbox.expOK("remote", "rename", "my", "mine")
        #expect(
            try sandbox.read(".dvc/config") == "[core]\n    remote = mine\n['remote \"mine\"']\n    url = /elsewhere\n")
        try sandbox.expOK("remote", "remove", "mine")
        #expect(try sandbox.read(".dvc/config") == "")
        #expect(try sandbox.exp("remote", "default").status == 1)
    }

    @Test func optionsAreSetAndUnset() throws {
        let sandbox = try project()
        try sandbox.expOK("remote", "add", "c", "ssh://host/path")
        try sandbox.expOK("remote", "modify", "c", "port", "2222")
        try sandbox.expOK("remote", "modify", "c", "keyfile", "keys/id")
        try sandbox.expOK("remote", "modify", "--local", "c", "password", "a, b")
        #expect(
            try sandbox.read(".dvc/config")
                == "['remote \"c\"']\n    url = ssh://host/path\n    port = 2222\n    keyfile = ../keys/id\n")
        #expect(try sandbox.read(".dvc/config.local") == "['remote \"c\"']\n    password = \"a, b\"\n")
        try sandbox.expOK("remote", "modify", "--unset", "c", "port")
        #expect(try sandbox.read(".dvc/config")?.contains("port") == false)
        for (arguments, word) in [
            (["remote", "modify", "c", "prot", "1"], "'port'"),
            (["remote", "modify", "c", "port", "x"], "whole number"),
            (["remote", "modify", "d", "port", "1"], "no remote 'd'"), (["remote", "default", "d"], "no remote 'd'"),
            (["remote", "add", "x", "nosuch://y"], "nosuch"), (["remote", "add", "a b", "y"], "'a b'"),
            (["remote", "modify", "--unset", "c", "url"], "without an address"),
            (["remote", "rename", "x", "y"], "no remote 'x'"),
        ] {
            let outcome = try sandbox.run("git", ["exp"] + arguments)
            #expect(outcome.status >= 128 && outcome.errors.contains(word), "\(arguments) \(outcome)")
        }
    }

    @Test func withoutRcloneItIsSaidWhatToInstall() throws {
        let sandbox = try project()
        try sandbox.write("f", "f\n")
        try sandbox.expOK("add", "-q", "f")
        try sandbox.expOK("remote", "add", "-q", "-d", "c", "s3://bucket/path")
        let folder = sandbox.root.removingLastComponent().appending("programs")
        try FileIO.makeDirectories(folder)
        let program = try sandbox.run("sh", ["-c", "command -v git-exp"]).output.split(separator: "\n").first ?? ""
        let outcome = try sandbox.run(String(program), ["data", "push"], environment: ["PATH": folder.string])
        #expect(outcome.status == 128, "\(outcome)")
        #expect(outcome.errors.contains("'rclone', which is not installed"), "\(outcome)")
        #expect(outcome.errors.contains("apt install rclone"), "\(outcome)")
    }

    @Test func secretsAreNeverOnACommandLine() throws {
        let sandbox = try project()
        try sandbox.write("f", "f\n")
        try sandbox.expOK("add", "-q", "f")
        try sandbox.expOK("remote", "add", "-q", "-d", "c", "s3://bucket/path")
        try sandbox.expOK("remote", "modify", "--local", "c", "access_key_id", "the-key")
        try sandbox.expOK("remote", "modify", "--local", "c", "secret_access_key", "the-secret")
        let folder = sandbox.root.removingLastComponent().appending("programs")
        try FileIO.makeDirectories(folder)
        let log = folder.appending("log")
        try FileIO.replace(
            folder.appending("rclone"),
            with: Array("#!/bin/sh\necho \"$* env $RCLONE_CONFIG_GITEXP_SECRET_ACCESS_KEY\" >> \(log.string)\n".utf8),
            mode: 0o755, sync: false)
        let path = folder.string + ":" + (sandbox.environment["PATH"] ?? "")
        _ = try sandbox.exp("data", "push", environment: ["PATH": path])
        let calls = String(decoding: try #require(try FileIO.read(log)), as: UTF8.self).split(separator: "\n")
        #expect(calls.count >= 2)
        for call in calls {
            #expect(call.hasSuffix("env the-secret"))
            #expect(call.dropLast("the-secret".count).contains("gitexp:bucket/path"))
            #expect(!call.dropLast("the-secret".count).contains("the-secret"))
        }
    }
}
