import Formats
import Testing

@Suite struct LockTextTests {
    @Test(arguments: ["yaml-scalars", "cmd-forms", "params-formats", "yaml-aliases", "lock-update.after"])
    func untouchedTextStays(_ name: String) throws {
        let bytes = try GoldenFile.bytes(name + ".lock")
        #expect(try LockText(parsing: bytes, file: "dvc.lock").render() == String(decoding: bytes, as: UTF8.self))
    }

    @Test func updateAfterARun() throws {
        var lock = try LockText(parsing: try GoldenFile.bytes("lock-update.before.lock"), file: "dvc.lock")
        let after = try LockText(parsing: try GoldenFile.bytes("lock-update.after.lock"), file: "dvc.lock")
        for name in ["two", "four"] { lock.setStage(name, try #require(after.value(of: name))) }
        #expect(lock.render() == (try GoldenFile.text("lock-update.after.lock")))
    }

    @Test func commentsStayWhereDVCLeavesThem() throws {
        for vector in try GoldenFile.cases("lock-comments.json") {
            var lock = try LockText(parsing: try #require(vector["text"]?.string).bytes, file: "dvc.lock")
            for entry in vector["set"]?.mapping?.entries ?? [] {
                lock.setStage(try #require(entry.key.string), entry.value)
            }
            for name in vector["remove"]?.list ?? [] { lock.removeStage(try #require(name.string)) }
            #expect(lock.render() == vector["expected"]?.string)
        }
    }

    @Test func aNewLockBeginsWithItsSchema() throws {
        var lock = LockText()
        #expect(lock.isEmpty)
        lock.setStage("b", .mapping(Mapping([("cmd", .string("echo"))])))
        lock.setStage("a", .mapping(Mapping([("cmd", .string("'x'"))])))
        lock.removeStage("nosuch")
        #expect(lock.render() == "schema: '2.0'\nstages:\n  b:\n    cmd: echo\n  a:\n    cmd: \"'x'\"\n")
        lock.removeStage("b")
        #expect(!lock.isEmpty)
        lock.removeStage("a")
        #expect(lock.isEmpty)
        #expect(lock.value(of: "a") == nil)
    }

    @Test func aRemovedStageComesBackAtTheEnd() throws {
        var lock = try LockText(
            parsing: "schema: '2.0'\nstages:\n  a: {cmd: x}\n  b: {cmd: y}\n".bytes, file: "dvc.lock")
        lock.removeStage("a")
        lock.setStage("a", .mapping(Mapping([("cmd", .string("z"))])))
        #expect(lock.render() == "schema: '2.0'\nstages:\n  b: {cmd: y}\n  a:\n    cmd: z\n")
    }

    @Test func anAliasOutlivesItsAnchor() throws {
        let text = "schema: '2.0'\nstages:\n  a:\n    params: &p\n      x: 1\n  b:\n    params: *p\n"
        var lock = try LockText(parsing: text.bytes, file: "dvc.lock")
        #expect(lock.render() == text)
        lock.removeStage("a")
        #expect(lock.render() == "schema: '2.0'\nstages:\n  b:\n    params:\n      x: 1\n")
    }

    @Test func otherEntriesOfTheFileStay() throws {
        let text = "schema: '2.0'\nstages:\n  a:\n    cmd: x\ndatasets:\n- name: d\n  rev: 1.50\n"
        var lock = try LockText(parsing: text.bytes, file: "dvc.lock")
        #expect(lock.value(ofTopLevel: "schema") == .string("2.0"))
        lock.setStage("b", .mapping(Mapping([("cmd", .string("y"))])))
        let expected = "schema: '2.0'\nstages:\n  a:\n    cmd: x\n  b:\n    cmd: y\ndatasets:\n- name: d\n  rev: 1.50\n"
        #expect(lock.render() == expected)
    }

    @Test func namesThatAreNotTextStay() throws {
        for text in ["stages:\n  1:\n    cmd: x\n", "stages:\n  1: # one\n    cmd: x\n"] {
            var lock = try LockText(parsing: text.bytes, file: "dvc.lock")
            #expect(lock.value(of: "1") == nil)
            lock.setStage("1", .string("y"))
            #expect(lock.render() == text + "  '1': y\n")
        }
    }

    @Test func windowsLineEndsBecomeLineFeeds() throws {
        let lock = try LockText(
            parsing: "schema: '2.0'\r\nstages:\r\n  a:  # x\r\n    cmd: y\r\n".bytes, file: "dvc.lock")
        #expect(lock.render() == "schema: '2.0'\nstages:\n  a:  # x\n    cmd: y\n")
    }

    @Test func namesAreComparedByBytes() throws {
        var lock = try LockText(parsing: "stages:\n  \u{E9}:\n    cmd: x\n".bytes, file: "dvc.lock")
        #expect(lock.value(of: "e\u{301}") == nil)
        lock.setStage("e\u{301}", .mapping(Mapping([("cmd", .string("y"))])))
        #expect(lock.value(of: "e\u{301}") != nil && lock.value(of: "\u{E9}") != nil)
    }

    @Test(arguments: ["[1]", "text", "stages: [1]", "stages: x", "a: 1\na: 2", "stages: {a: 1, a: 2}"])
    func refuses(_ text: String) {
        #expect(throws: FormatError.self) { try LockText(parsing: text.bytes, file: "dvc.lock") }
    }
}
