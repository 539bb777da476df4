import Formats
import Testing

@Suite struct YAMLTextEditTests {
    private let stage = Value.mapping(
        Mapping([
            ("cmd", .string("python train.py")), ("deps", .list([.string("data")])),
            ("outs", .list([.string("m"), .mapping(Mapping([("n", .mapping(Mapping([("cache", .bool(false))])))]))])),
        ]))

    @Test(arguments: [
        (
            "",
            "stages:\n  new:\n    cmd: python train.py\n    deps:\n    - data\n    outs:\n    - m\n    - n:\n        cache: false\n"
        ),
        (
            "# mine\nvars:\n- x: 1\n",
            "# mine\nvars:\n- x: 1\nstages:\n  new:\n    cmd: python train.py\n    deps:\n    - data\n    outs:\n    - m\n    - n:\n        cache: false\n"
        ),
        (
            "stages: # all\n",
            "stages: # all\n  new:\n    cmd: python train.py\n    deps:\n    - data\n    outs:\n    - m\n    - n:\n        cache: false\n"
        ),
        (
            "stages: {}\n",
            "stages:\n  new:\n    cmd: python train.py\n    deps:\n    - data\n    outs:\n    - m\n    - n:\n        cache: false\n"
        ),
        (
            "stages:\n    a: # first\n        cmd: x\n        deps:\n            - y\n    # end of stages\n\nplots:\n    - z\n",
            "stages:\n    a: # first\n        cmd: x\n        deps:\n            - y\n    # end of stages\n    new:\n        cmd: python train.py\n        deps:\n            - data\n        outs:\n            - m\n            - n:\n                  cache: false\n\nplots:\n    - z\n"
        ),
        (
            "stages:\n  a:\n    cmd: x",
            "stages:\n  a:\n    cmd: x\n  new:\n    cmd: python train.py\n    deps:\n    - data\n    outs:\n    - m\n    - n:\n        cache: false\n"
        ),
        (
            "stages:\r\n  a:\r\n    cmd: x\r\n",
            "stages:\r\n  a:\r\n    cmd: x\r\n  new:\r\n    cmd: python train.py\r\n    deps:\r\n    - data\r\n    outs:\r\n    - m\r\n    - n:\r\n        cache: false\r\n"
        ),
        (
            "stages:\n  a:\n    cmd: >-\n      x\n      y\n\nvars:\n- 1\n",
            "stages:\n  a:\n    cmd: >-\n      x\n      y\n  new:\n    cmd: python train.py\n    deps:\n    - data\n    outs:\n    - m\n    - n:\n        cache: false\n\nvars:\n- 1\n"
        ),
    ])
    func newEntryGoesToTheEnd(before: String, after: String) throws {
        #expect(try set("new", stage, in: before) == after)
    }

    @Test func flowStagesStayFlow() throws {
        let result = try set("new", .mapping(Mapping([("cmd", .string("x, y"))])), in: "stages: {a: {cmd: z}}\n")
        #expect(result == "stages: {a: {cmd: z}, new: {cmd: \"x, y\"}}\n")
    }

    @Test func onlyWhatDiffersChanges() throws {
        let before = """
            stages:
              # about a
              a: # the first
                cmd: python old.py # run
                deps: # read
                  - data # raw
                frozen: true # for now
                outs:
                  - m # model
                  - n:
                      cache: false
              b:
                cmd: y

            """
        let after = """
            stages:
              # about a
              a: # the first
                cmd: python train.py # run
                deps: # read
                  - data # raw
                outs:
                  - m # model
                  - n:
                      cache: false
              b:
                cmd: y

            """
        #expect(try set("a", stage, in: before) == after)
    }

    @Test func listsAreWrittenAsTheyStand() throws {
        let before = "stages:\n  a:\n    deps: # read\n      - x # one\n    outs: [m]\n"
        let value = Value.mapping(
            Mapping([("deps", .list([.string("x"), .string("y")])), ("outs", .list([.string("m"), .string("n, o")]))]))
        #expect(
            try set("a", value, in: before)
                == "stages:\n  a:\n    deps: # read\n      - x\n      - y\n    outs: [m, \"n, o\"]\n")
    }

    @Test func commandsOfSeveralLinesComeBack() throws {
        for command in [
            "a\nb", "a\n\n  b\n", "a: b #c", String(repeating: "word  ", count: 50), "\ttab", "${x}", "'", "true",
        ] {
            let value = Value.mapping(Mapping([("cmd", .string(command)), ("deps", .list([.string(command)]))]))
            for before in [
                "", "stages:\n    a:\n        cmd: |\n            x\n        deps:\n            - y\n",
                "stages: {b: {cmd: x}}\n",
            ] {
                let after = try set("a", value, in: before)
                let root = try YAML.load(after.bytes, file: "dvc.yaml")
                #expect(ParameterFile.value(at: "stages.a", in: root) == value, "\(after)")
            }
        }
    }

    @Test(arguments: [
        (
            "stages:\n  a: # x\n    cmd: y\n  # about b\n  b:\n    cmd: z\n", "a",
            "stages:\n  # about b\n  b:\n    cmd: z\n"
        ),
        ("stages:\n  a:\n    cmd: y\n  b:\n    cmd: z # z\n\n# end\n", "b", "stages:\n  a:\n    cmd: y\n\n# end\n"),
        ("stages:\n  a:\n    cmd: y\nvars: [1]\n", "a", "stages: {}\nvars: [1]\n"),
        ("stages: {a: {cmd: x}, b: {cmd: y}}\n", "a", "stages: {b: {cmd: y}}\n"),
        ("stages:\n  a:\n    cmd: y\n", "c", "stages:\n  a:\n    cmd: y\n"),
    ])
    func removedEntryLeavesTheRest(before: String, key: String, after: String) throws {
        let result = try YAMLTextEdit.removeEntry(in: before.bytes, file: "dvc.yaml", path: ["stages"], key: key)
        #expect(String(decoding: result, as: UTF8.self) == after)
    }

    @Test(arguments: ["stages: [a]\n", "stages: x\n", "x: &s {a: 1}\nstages: *s\n", "- stages\n"])
    func otherShapesAreRefused(before: String) {
        #expect(throws: OverrideError.self) { try set("new", stage, in: before) }
    }

    private func set(_ key: String, _ value: Value, in text: String) throws -> String {
        let result = try YAMLTextEdit.setEntry(
            in: text.bytes, file: "dvc.yaml", path: ["stages"], key: key, value: value)
        return String(decoding: result, as: UTF8.self)
    }
}
