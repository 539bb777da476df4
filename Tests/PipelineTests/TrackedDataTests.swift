import Cache
import Formats
import SystemPackage
import Testing

@testable import Pipeline

@Suite struct TrackedDataTests {
    private func parse(_ text: String, path: FilePath = "data/raw.dvc") throws -> TrackedData {
        try TrackedData.parse(Array(text.utf8), path: path, root: "/project")
    }

    private let old = """
        outs:
        - md5: 69a904ac9adfbefaa69a720e4c13780a
          size: 5
          path: add.txt

        """

    @Test func aFileBecomesAStage() throws {
        let data = try parse(
            """
            desc: about
            frozen: true
            wdir: ..
            outs:
            - md5: c37f8bc8917fdf64a45bb6010380cdab.dir
              size: 4
              nfiles: 2
              hash: md5
              path: raw/x
              push: false
            """)
        #expect(data.stage.isTrackedData && data.stage.isFrozen && data.stage.folder.isEmpty)
        #expect(data.stage.address() == "data/raw.dvc")
        #expect(data.stage.address(relativeTo: "data") == "raw.dvc")
        #expect(data.stage.lockFile == "data/raw.dvc")
        #expect(data.stage.outputs.map(\.rooted) == ["raw/x"] && !data.stage.outputs[0].isPushed)
        let entry = try #require(data.entry.output("raw/x"))
        #expect(entry.fileCount == 2 && entry.size == 4 && entry.generation == .three && entry.isDirectory)
    }

    @Test func theSourcesOfAnImportAreNoOutputsOfStages() throws {
        let data = try parse(
            """
            md5: 0123456789abcdef0123456789abcdef
            frozen: true
            deps:
            - path: https://example.com/x
              etag: '"1"'
            - path: data
              repo: {url: ../other, rev_lock: abc}
            - path: ../local.txt
              md5: 69a904ac9adfbefaa69a720e4c13780a
            outs:
            - path: raw
            """)
        #expect(data.stage.dependencies.map(\.rooted) == ["local.txt"])
        #expect(data.entry.output("raw")?.hash == nil)
    }

    @Test(arguments: [
        "outs:\n- path: ../../x\n", "outs:\n- path: /etc/passwd\n", "outs:\n- path: .git/config\n",
        "outs:\n- path: ../.dvc/config\n", "outs:\n- path: \"a\\0b\"\n", "outs:\n- md5: abc\n  path: x\n",
        "outs:\n- md5: ../../../../../etc/passwd\n  path: x\n", "outs:\n- size: 1\n", "outs: x\n", "nonsense: 1\n",
        "outs:\n- path: x\n  nonsense: 1\n", "outs:\n- path: x\n  size: -1\n", "outs:\n- path: ..\n",
    ])
    func whatDoesHarmIsRefused(_ text: String) {
        #expect(throws: FormatError.self) { try parse(text) }
    }

    @Test func aFreshFileIsWrittenAsDVCWritesIt() throws {
        var data = TrackedData.fresh("data/raw", in: "data/raw.dvc")
        let hash = OutputHash(
            md5: "c37f8bc8917fdf64a45bb6010380cdab.dir", size: 4, nfiles: 2, generation: .three)
        data.entry.outputs = [LockEntry(path: "raw", hash: hash)]
        #expect(
            String(decoding: try data.text(replacing: nil, entry: data.entry), as: UTF8.self) == """
                outs:
                - md5: c37f8bc8917fdf64a45bb6010380cdab.dir
                  size: 4
                  nfiles: 2
                  hash: md5
                  path: raw

                """)
    }

    @Test func aFileElsewhereNamesTheFolderOfTheData() throws {
        var data = TrackedData.fresh("b", in: "sub/b.dvc")
        let hash = OutputHash(
            md5: "3b5d5c3712955042212316173ccf37be", size: 2, isExecutable: true, generation: .two)
        data.entry.outputs = [LockEntry(path: "b", hash: hash)]
        let properties = Mapping([("desc", .string("hello")), ("labels", .list([.string("l1"), .string("l2")]))])
        let text = try data.text(replacing: nil, entry: data.entry, properties: properties)
        #expect(
            String(decoding: text, as: UTF8.self) == """
                wdir: ..
                outs:
                - md5: 3b5d5c3712955042212316173ccf37be
                  size: 2
                  isexec: true
                  path: b
                  desc: hello
                  labels:
                  - l1
                  - l2

                """)
        #expect(try parse(String(decoding: text, as: UTF8.self), path: "sub/b.dvc").stage.outputs[0].rooted == "b")
    }

    @Test func anUpgradedFileKeepsTheOrderOfItsKeys() throws {
        let data = try parse(old, path: "add.txt.dvc")
        var entry = data.entry
        let hash = OutputHash(md5: "00bf55d5404a4a51ace049b7d2cc91e9", size: 5, generation: .three)
        entry.outputs = [LockEntry(path: "add.txt", hash: hash)]
        let text = try data.text(replacing: Array(old.utf8), entry: entry)
        #expect(
            String(decoding: text, as: UTF8.self) == """
                outs:
                - md5: 00bf55d5404a4a51ace049b7d2cc91e9
                  size: 5
                  path: add.txt
                  hash: md5

                """)
    }

    @Test func outputsOfFilesAreDependenciesOfStages() throws {
        let tree = MemoryTree([
            "data/raw.dvc": "outs:\n- path: raw\n", "dvc.yaml": "stages:\n  a:\n    cmd: x\n    deps: [data/raw/one]\n",
            "data/raw/inside.dvc": "outs:\n- path: y\n", "skipped.dvc": "outs: []\n",
        ])
        let found = try PipelineDiscovery.everything(
            in: tree, root: nil, isIgnored: { path, _ in path == "skipped.dvc" },
            parse: { try PipelineFile.parse($0, path: $1) })
        #expect(found.trackedData.files.map(\.data.path) == ["data/raw.dvc"])
        let graph = try StageGraph(found.trackedData.stages)
        #expect(graph.edges.map { [$0.from.address(), $0.to.address()] } == [["data/raw.dvc", "a"]])
        let selection = StageSelection(targets: ["data/raw.dvc"])
        #expect(try graph.targets(selection, files: []).map { $0.address() } == ["data/raw.dvc"])
    }

    @Test func dataInTheWayOfAStageIsRefused() throws {
        let stage = try parsed("stages:\n  a:\n    cmd: x\n    outs: [data/raw/one]\n").stages
        let data = TrackedData.fresh("data/raw", in: "data/raw.dvc").stage
        #expect(throws: PipelineError.self) { try StageGraph(stage + [data]) }
        let same = TrackedData.fresh("data/raw", in: "other.dvc").stage
        #expect(throws: PipelineError.self) { try StageGraph([data, same]) }
    }
}
