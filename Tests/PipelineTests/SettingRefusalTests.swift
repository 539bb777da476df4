import Files
import SystemPackage
import TestSupport
import Testing

@testable import Pipeline

/// Settings that DVC would choke on, and those of places that do not exist.
@Suite struct SettingRefusalTests {
    private static let text = """
        [core]
            remote = a
        ['remote "a"']
            url = /x
        ['remote "b"']
            url = ftp://host/x
        ['remote "s"']
            url = ssh://host/x

        """

    /// A project with three remotes.
    private func project() throws -> (TemporaryDirectory, RemoteEditing) {
        let folder = try TemporaryDirectory()
        try FileIO.makeDirectories(folder.path.appending(".dvc"))
        try FileIO.replace(folder.path.pushing(".dvc/config"), with: Array(Self.text.utf8), sync: false)
        return (folder, try editing(folder.path))
    }

    private func editing(_ folder: FilePath, _ level: ProjectConfig.Level = .project) throws -> RemoteEditing {
        RemoteEditing(try Project.find(from: folder, environment: [:]), from: folder, environment: [:], level: level)
    }

    @Test(arguments: [
        ("core.remote", "a'\"b", "a value with one kind of quotes only"),
        ("core.remote", "a\u{0}b", "a single line"), ("parsing.bool", "yes", "store_true or boolean_optional"),
        ("parsing.list", "comma", "nargs or append"), ("core.autostage", "1", "true or false"),
        ("cache.shared", "all", "'group'"), ("cache.type", ",", "some of reflink, hardlink, symlink and copy"),
    ])
    func values(_ name: String, _ value: String, _ expected: String) throws {
        let key = try ConfigKey(name)
        #expect(throws: PipelineError.badSetting(name: name, value: value, expected: expected)) {
            try key.stored(value, folder: "/p", home: "/p/.dvc")
        }
    }

    @Test func remotes() throws {
        let (folder, editing) = try project()
        typealias Refusal = RemoteSettingsError
        #expect(throws: Refusal.existing("b")) { try editing.rename("a", to: "B") }
        #expect(throws: Refusal.badName("a;b")) { try editing.rename("a", to: "a;b") }
        #expect(throws: Refusal.unknown("nosuch", similar: [])) { try editing.rename("nosuch", to: "d") }
        #expect(throws: Refusal.existing("a")) { try editing.add("A", url: "/y", isDefault: false, force: false) }
        #expect(throws: Refusal.badScheme("ftp")) {
            try editing.add("n", url: "ftp://x", isDefault: false, force: false)
        }
        #expect(throws: Refusal.badScheme("ftp")) { try editing.modify("b", "user", "me") }
        #expect(throws: Refusal.badScheme("ftp")) { try editing.modify("a", "url", "ftp://x/y") }
        #expect(throws: Refusal.addressNeeded("a")) { try editing.modify("a", "url", nil) }
        #expect(throws: Refusal.self) { try editing.modify("s", "user", nil) }
        for (option, value, expected) in [
            ("url", "/it's \"x\"", "a value with one kind of quotes only"),
            ("user", "a\nb", "a single line"), ("user", "a\u{0}", "a single line"),
            ("allow_agent", "perhaps", "true or false"), ("port", "-3", "a whole number from 1"),
        ] {
            let error = #expect(throws: Refusal.self) { try editing.modify("s", option, value) }
            #expect(error == .badOption(remote: "s", option: option, expected: expected), "\(option)")
        }
        #expect(throws: Refusal.unknown("nosuch", similar: [])) { try editing.setDefault("nosuch") }
        #expect(throws: Refusal.unknown("nosuch", similar: [])) { try editing.remove("nosuch") }
        #expect(try FileIO.read(folder.path.pushing(".dvc/config")) == Array(Self.text.utf8))
    }

    @Test func whatIsNotSetCannotBeRemoved() throws {
        let (folder, editing) = try project()
        let file = folder.path.pushing(".dvc/config").string
        #expect(throws: RemoteSettingsError.notSet(remote: "s", option: "user", file: file)) {
            try editing.modify("s", "user", nil)
        }
    }

    /// Neither HOME nor XDG_CONFIG_HOME is set.
    @Test func noFolderOfTheUser() throws {
        let (folder, _) = try project()
        #expect(throws: ConfigError.noHome) {
            try ConfigFiles(from: folder.path, environment: [:], level: .global)
        }
        #expect(throws: ConfigError.noHome) {
            try editing(folder.path, .global).add("n", url: "/y", isDefault: false, force: false)
        }
    }

    @Test func outsideOfAProject() throws {
        let folder = try TemporaryDirectory()
        #expect(throws: PipelineError.notInProject(folder.path)) {
            try ConfigFiles(from: folder.path, environment: ["HOME": "/nowhere"], level: nil)
        }
    }
}
