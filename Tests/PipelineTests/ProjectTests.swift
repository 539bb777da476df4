import Files
import Formats
import SystemPackage
import Testing

@testable import Pipeline

/// A folder that is gone when it is no longer used.
private final class Scratch {
    let path: FilePath

    init() throws {
        path = FilePath("/tmp/git-exp-project-\(UInt64.random(in: 0...UInt64.max))")
        try FileIO.makeDirectories(path)
    }

    deinit { try? FileIO.removeTree(path) }

    func write(_ name: String, _ text: String) throws {
        let path = path.pushing(FilePath(name))
        try FileIO.makeDirectories(path.removingLastComponent())
        try FileIO.replace(path, with: Array(text.utf8), sync: false)
    }
}

@Suite struct ProjectTests {
    @Test func initialFiles() throws {
        let scratch = try Scratch()
        let staged = try ProjectInit().make(in: scratch.path, repository: scratch.path)
        #expect(staged == [".dvc/config", ".dvc/.gitignore", ".dvcignore"])
        for (ours, theirs) in [
            (".dvc/config", "dot.dvc/config"), (".dvc/.gitignore", "dot.dvc/dot.gitignore"),
            (".dvcignore", "dot.dvcignore"),
        ] {
            #expect(
                try FileIO.read(scratch.path.pushing(FilePath(ours)))
                    == Golden.bytes("init/expected/" + theirs))
        }
        #expect(try FileIO.read(scratch.path.appending(".dvc/tmp/btime")) == [])
        #expect(throws: PipelineError.self) { try ProjectInit().make(in: scratch.path, repository: scratch.path) }
        try scratch.write(".dvc/config", "[core]\n    remote = x\n")
        try scratch.write(".dvc/cache/files/md5/aa/b", "data")
        try scratch.write(".dvcignore", "mine")
        var again = ProjectInit()
        again.force = true
        _ = try again.make(in: scratch.path, repository: scratch.path)
        #expect(try FileIO.read(scratch.path.appending(".dvc/config")) == [])
        #expect(try FileIO.read(scratch.path.appending(".dvc/cache/files/md5/aa/b")) == Array("data".utf8))
        #expect(try FileIO.read(scratch.path.appending(".dvcignore")) == Array("mine".utf8))
    }

    @Test func needsGit() throws {
        let scratch = try Scratch()
        #expect(throws: PipelineError.noRepository(scratch.path)) {
            try ProjectInit().make(in: scratch.path, repository: nil)
        }
        let top = scratch.path.removingLastComponent()
        #expect(throws: PipelineError.notTopOfRepository(scratch.path, top: top)) {
            try ProjectInit().make(in: scratch.path, repository: top)
        }
        #expect(try FileIO.list(scratch.path)?.isEmpty == true)
        var alone = ProjectInit()
        alone.withoutGit = true
        #expect(try alone.make(in: scratch.path, repository: nil).isEmpty)
        #expect(try FileIO.read(scratch.path.appending(".dvc/config")) == Array("[core]\n    no_scm = True\n".utf8))
    }

    @Test func findsTheNearestRoot() throws {
        let scratch = try Scratch()
        try scratch.write(".dvc/config", "[cache]\n    dir = ../store\n")
        try scratch.write("a/b/c", "")
        let project = try Project.find(from: scratch.path.appending("a/b"), environment: [:])
        #expect(project.root == scratch.path)
        #expect(try project.config.cache(root: project.root).directory == scratch.path.appending("store"))
        #expect(project.relative(scratch.path.appending("a/b/c")) == "a/b/c")
    }

    @Test func outsideOfProjects() {
        #expect(throws: PipelineError.notInProject("/proc")) { try Project.find(from: "/proc", environment: [:]) }
    }

    @Test func levels() throws {
        let scratch = try Scratch()
        try scratch.write("system/config", "[core]\n    remote = a\n    autostage = true\n")
        try scratch.write("global/config", "['remote \"Home\"']\n    url = s\n[core]\n    remote = b\n")
        try scratch.write("p/.dvc/config", "[core]\n    remote = c # comment\n[remote \"d\"]\n    url = ../../x#y\n")
        try scratch.write("p/.dvc/config.local", "[cache]\n    type = \"symlink,hardlink\"\n[core]\nremote = 'd'\n")
        let config = try ProjectConfig.load(
            root: scratch.path.appending("p"),
            environment: [
                "DVC_SYSTEM_CONFIG_DIR": scratch.path.appending("system").string,
                "DVC_GLOBAL_CONFIG_DIR": scratch.path.appending("global").string,
            ])
        #expect(config["core.remote"] == "d")
        #expect(config.setting("core.remote")?.level == .local)
        #expect(try config.isTrue("core.autostage") == true)
        #expect(config.remotes == ["d", "home"])
        #expect(config.path("remote.d.url") == scratch.path.appending("x#y"))
        #expect(try config.cache(root: "/p").linkTypes == [.symlink, .hardlink])
        #expect(try ProjectConfig().cache(root: "/p").directory == "/p/.dvc/cache")
    }

    @Test(arguments: [("core\n", 1), ("[core]\n\nremote\n", 3), ("[core\nremote = x\n", 1), ("a = b\n", 1)])
    func badSettings(_ text: String, _ line: Int) {
        let error = #expect(throws: FormatError.self) { try ConfigFile(parsing: Array(text.utf8), file: "config") }
        #expect(error?.position?.line == line)
    }

    @Test func badLinkType() throws {
        var config = ProjectConfig()
        config.merge(
            try ConfigFile(parsing: Array("[cache]\ntype = teleport\n".utf8), file: "c"), level: .project, folder: "/")
        #expect(throws: PipelineError.self) { try config.cache(root: "/p") }
    }
}

@Suite struct DataSourcesTests {
    @Test func everySourceOnce() throws {
        let file = try parsed(
            """
            stages:
              a:
                cmd: x
                params: [k]
                outs: [live]
                metrics: [m.json, n.json: {cache: false}]
                plots: [p.csv: {x: step}]
            params: [params.yaml, other.yaml]
            metrics: [m.json, live/metrics.json, extra.json]
            plots: [{all: {y: {p.csv: loss}}}]
            """)
        let sources = DataSources(of: [file])
        #expect(sources.metrics.map(\.path) == ["m.json", "n.json", "live/metrics.json", "extra.json"])
        #expect(sources.metrics.map(\.isCached) == [true, false, true, false])
        #expect(sources.metrics[2].origin?.output.path == "live")
        #expect(sources.parameters.map(\.path) == ["params.yaml", "other.yaml"])
        #expect(sources.plots.map(\.plotID) == [nil, "all"])
    }

    @Test func leaves() throws {
        let value = try YAML.load(Array("{a: {b: 1, c: [1], d: null}, e: x, f: true, g: 0.5}".utf8), file: "m.yaml")
        #expect(value.metricLeaves.map(\.name) == ["a.b", "e", "f", "g"])
        #expect(Value.list([.int(1)]).metricLeaves.isEmpty)
    }

    @Test func missingParameters() throws {
        let stage = try parsed("stages: {a: {cmd: x, params: [lr, b.c, d]}}").stages[0]
        let reader = ParameterReader(tree: MemoryTree(["params.yaml": "d: 1\n"]))
        #expect(throws: PipelineError.missingParameters(keys: ["lr", "b.c"], file: "params.yaml")) {
            try reader.values(of: stage)[0].requireAll()
        }
        let nothing = ParameterReader(tree: MemoryTree([:]))
        #expect(throws: PipelineError.missingParameterFile(file: "params.yaml")) {
            try nothing.values(of: stage)[0].requireAll()
        }
    }

    @Test func filesAreReadOnce() throws {
        var parsedFiles = 0
        let stage = try parsed("stages: {a: {cmd: x, params: [k]}}").stages[0]
        let reader = ParameterReader(tree: MemoryTree(["params.yaml": "k: 1\n"])) { bytes, name in
            parsedFiles += 1
            return try YAML.load(bytes, file: name)
        }
        for _ in 0..<3 { #expect(try reader.values(of: stage)[0].values["k"] == .int(1)) }
        #expect(parsedFiles == 1)
    }
}
