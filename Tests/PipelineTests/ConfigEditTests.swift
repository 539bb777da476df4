import Formats
import SystemPackage
import Testing

@testable import Pipeline

@Suite struct ConfigEditTests {
    private func edited(_ text: String, _ body: (inout ConfigEdit) -> Void) throws -> String {
        var edit = try ConfigEdit(Array(text.utf8), file: "config")
        body(&edit)
        return String(decoding: edit.bytes, as: UTF8.self)
    }

    @Test func aFreshFileLooksAsDVCWritesIt() throws {
        let text = try edited("") {
            $0.set("core", "remote", "my")
            $0.set("remote \"my\"", "url", "../../store")
            $0.set("cache", "type", "symlink,hardlink")
            $0.set("core", "autostage", "true")
        }
        #expect(
            text == """
                [core]
                    remote = my
                    autostage = true
                ['remote "my"']
                    url = ../../store
                [cache]
                    type = "symlink,hardlink"

                """)
    }

    @Test func commentsAndLayoutStay() throws {
        let old = "# top\n[core]\n  remote=a  # why\n\n[cache]\ndir = x\n"
        let new = "# top\n[core]\n  remote= b  # why\n    autostage = true\n\n[cache]\ndir = x\n"
        let result = try edited(old) {
            $0.set("core", "remote", "b")
            $0.set("core", "autostage", "true")
        }
        #expect(result == new)
    }

    @Test func whatIsRemovedTakesItsEmptySectionAlong() throws {
        let old = "[core]\n    remote = a\n    autostage = true\n[remote \"a\"]\n    url = /x\n"
        let rest = "[core]\n    autostage = true\n[remote \"a\"]\n    url = /x\n"
        #expect(try edited(old) { _ = $0.remove("core", "remote") } == rest)
        let core = "[core]\n    remote = a\n    autostage = true\n"
        #expect(try edited(old) { _ = $0.remove("remote \"a\"", "url") } == core)
        #expect(try edited(old) { _ = $0.remove("core", "nothing") } == old)
        let renamed = core + "['remote \"b\"']\n    url = /x\n"
        #expect(try edited(old) { _ = $0.rename(section: "remote \"a\"", to: "remote \"b\"") } == renamed)
        #expect(try edited(old) { _ = $0.remove(section: "core") } == "[remote \"a\"]\n    url = /x\n")
    }

    @Test(arguments: ["a,b", " x", "x ", "a#b", "it's", "\"q", "", "a=b", "[x]"])
    func everyValueComesBack(_ value: String) throws {
        let text = try edited("[core]\nremote = x # note\n") { $0.set("core", "remote", value) }
        let read = try ConfigFile(parsing: Array(text.utf8), file: "config").settings
        #expect(read.count == 1 && read[0].value == value)
        #expect(text.hasSuffix(" # note\n"))
    }

    @Test func namesThatDVCDoesNotKnowAreRefused() throws {
        for name in ["core.nosuch", "nosuch.x", "core", "remote.url", "a.b.c", "remote..url", "remote.a\"b.url"] {
            #expect(throws: ConfigError.self) { try ConfigKey(name) }
        }
        #expect(try ConfigKey("Remote.My.URL").section == "remote \"my\"")
    }

    @Test func valuesThatDVCDoesNotTakeAreRefused() throws {
        for (name, value) in [
            ("core.autostage", "maybe"), ("cache.type", "xx"), ("cache.shared", "all"), ("core.remote", "a\nb"),
        ] {
            let key = try ConfigKey(name)
            #expect(throws: PipelineError.self) { try key.stored(value, folder: "/p", home: "/p/.dvc") }
        }
    }

    @Test func pathsStartAtTheFolderOfTheFile() throws {
        let url = try ConfigKey("remote.my.url")
        #expect(try url.stored("../store", folder: "/w/p", home: "/w/p/.dvc") == "../../store")
        #expect(try url.stored("/abs", folder: "/w/p", home: "/w/p/.dvc") == "/abs")
        #expect(try url.stored("s3://bucket/x", folder: "/w/p", home: "/w/p/.dvc") == "s3://bucket/x")
        #expect(try ConfigKey("cache.dir").stored("c", folder: "/w/p/sub", home: "/w/p/.dvc") == "../sub/c")
        #expect(try ConfigKey("core.remote").stored("../x", folder: "/w/p", home: "/w/p/.dvc") == "../x")
    }
}
