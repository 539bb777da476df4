import Formats
import Merging
import Testing

@Suite struct PipelineMergeTests {
    private let base = """
        # head
        stages:
          # first of all
          prepare:
            cmd: python prepare.py   # quick
            deps:
              - prepare.py
              - raw
            outs:
              - data:
                  cache: false

          train:
            cmd:
              - python train.py
            deps: [train.py, data]
            params:
              - lr
              - other.json: [a]
            metrics:
              - m.json
        plots:
          - p.csv
        # end

        """

    private func merge(_ base: String, _ ours: String, _ theirs: String) throws -> MergeResult? {
        try FileMerge(.yaml).merge(
            base: Array(base.utf8), ours: Array(ours.utf8), theirs: Array(theirs.utf8), file: "dvc.yaml")
    }

    /// Both orders, each of which must give one of the texts without a conflict.
    private func expect(_ ours: String, _ theirs: String, gives text: String, or other: String? = nil) throws {
        let result = try #require(try merge(base, ours, theirs))
        #expect(String(decoding: result.bytes, as: UTF8.self) == text)
        #expect(result.conflicts.isEmpty)
        let swapped = try #require(try merge(base, theirs, ours))
        #expect(String(decoding: swapped.bytes, as: UTF8.self) == other ?? text)
    }

    @Test func oneStageEach() throws {
        let ours = base.replacing("prepare.py   # quick", with: "prepare.py -v   # quick")
        let theirs = base.replacing("train.py\n", with: "train.py -v\n")
        try expect(ours, theirs, gives: ours.replacing("train.py\n", with: "train.py -v\n"))
    }

    @Test func partsOfOneStage() throws {
        let ours = base.replacing("- raw\n", with: "- raw\n      - more # of ours\n")
        let theirs = base.replacing("      - prepare.py\n", with: "").replacing("cache: false", with: "persist: true")
        try expect(
            ours, theirs,
            gives: ours.replacing("      - prepare.py\n", with: "").replacing("cache: false", with: "persist: true"))
    }

    @Test func bothAddedToAList() throws {
        let ours = base.replacing("- raw\n", with: "- raw\n      - of-ours\n").replacing(
            "[train.py, data]", with: "[train.py, data, x]")
        let theirs = base.replacing("- raw\n", with: "- raw\n      - of-theirs\n").replacing(
            "[train.py, data]", with: "[data, y]")
        try expect(
            ours, theirs,
            gives: base.replacing("- raw\n", with: "- raw\n      - of-ours\n      - of-theirs\n")
                .replacing("[train.py, data]", with: "[data, x, y]"),
            or: base.replacing("- raw\n", with: "- raw\n      - of-theirs\n      - of-ours\n")
                .replacing("[train.py, data]", with: "[data, y, x]"))
    }

    @Test func keysOfAParameterFile() throws {
        let ours = base.replacing("[a]", with: "[a, b]")
        let theirs = base.replacing("[a]", with: "[c]").replacing("- lr\n", with: "- lr\n      - seed\n")
        try expect(
            ours, theirs,
            gives: base.replacing("[a]", with: "[b, c]").replacing("- lr\n", with: "- lr\n      - seed\n"),
            or: base.replacing("[a]", with: "[c, b]").replacing("- lr\n", with: "- lr\n      - seed\n"))
    }

    @Test func anotherIndentation() throws {
        let ours = """
            stages:
                prepare:
                    cmd: x
                    deps:
                    - a
            """
        let base = ours.replacing("    ", with: "  ")
        let theirs = base + "\n  # new\n  last:\n    cmd: |\n      y\n        z\n"
        let result = try #require(try merge(base, ours, theirs))
        #expect(
            String(decoding: result.bytes, as: UTF8.self)
                == ours + "\n    # new\n    last:\n      cmd: |\n        y\n          z\n")
    }

    @Test func commentsOfBothSidesStay() throws {
        let ours = base.replacing("# first of all", with: "# of ours").replacing("# end", with: "# the end")
        let theirs = base.replacing("# first of all", with: "# of theirs").replacing("# head", with: "# top")
        let result = try #require(try merge(base, ours, theirs))
        let text = String(decoding: result.bytes, as: UTF8.self)
        #expect(
            text == ours.replacing("# of ours", with: "# of ours\n  # of theirs").replacing("# head", with: "# top"))
    }

    @Test func aStageInConflictStandsAlone() throws {
        let ours = base.replacing("- python train.py", with: "- python train.py --ours")
        let theirs = base.replacing("- python train.py", with: "- python train.py --theirs")
            .replacing("- p.csv", with: "- p.csv\n  - q.csv")
        let result = try #require(try merge(base, ours, theirs))
        let text = String(decoding: result.bytes, as: UTF8.self)
        #expect(result.conflicts == ["train"])
        #expect(text.contains("cache: false\n\n<<<<<<< ours\n  train:\n"))
        #expect(text.contains("- m.json\n>>>>>>> theirs\nplots:\n  - p.csv\n  - q.csv\n# end\n"))
    }

    @Test func removedHereAndChangedThere() throws {
        let ours = "stages:\n  b:\n    cmd: y\n"
        let base = "stages:\n  a:\n    cmd: x\n  b:\n    cmd: y\n"
        #expect(try merge(base, ours, base)?.bytes == Array(ours.utf8))
        let result = try #require(try merge(base, ours, base.replacing("cmd: x", with: "cmd: z")))
        #expect(result.conflicts == ["a"])
        #expect(
            String(decoding: result.bytes, as: UTF8.self)
                == "stages:\n<<<<<<< ours\n=======\n  a:\n    cmd: z\n>>>>>>> theirs\n  b:\n    cmd: y\n")
    }

    @Test func bothAddedTheSameStage() throws {
        let (empty, one, other) = ("", "stages:\n  a:\n    cmd: x\n", "stages:\n  a:\n    cmd: y\n")
        #expect(try merge(empty, one, one)?.bytes == Array(one.utf8))
        #expect(try merge(empty, one, other)?.conflicts == ["a"])
        #expect(try merge(empty, one, "stages:\n  b:\n    cmd: y\n")?.conflicts == [])
    }

    @Test func aLayoutWithoutLinesIsLeftToGit() throws {
        #expect(try merge("{stages: {a: {cmd: x}}}", "{stages: {a: {cmd: y}}}", "{stages: {b: {cmd: x}}}") == nil)
    }

    @Test func aSmallTextThatStandsForAHugeOneIsRefused() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<9 {
            text +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
                + "]\n"
        }
        #expect(throws: FormatError.self) { try merge("", text, "stages:\n") }
    }
}
