import Files
import Formats
import SystemPackage
import Testing

@testable import Pipeline

/// The stages of a `dvc.yaml` with parameter files beside it.
private func stages(
    _ text: String, _ files: [FilePath: String] = [:], style: ArgumentStyle = ArgumentStyle()
) throws -> [Stage] {
    let templates = TemplateSource(MemoryTree(files), style: style)
    return try PipelineFile.parse(Array(text.utf8), path: "dvc.yaml", templates: templates)?.stages ?? []
}

/// The command of one stage that is nothing else.
private func command(
    _ text: String, _ parameters: String, style: ArgumentStyle = ArgumentStyle()
) throws -> Value? {
    try stages("stages:\n  a:\n    cmd: \(text)\n", ["params.yaml": parameters], style: style).first?.command
}

@Suite struct TemplatingTests {
    @Test func golden() throws {
        let file = try #require(try PipelineFile.load("dvc.yaml", from: Golden.tree("templating/input")))
        let bytes = try Golden.bytes("templating/expected/dvc.lock")
        let lock = try LockFile.entries(of: bytes, file: "dvc.lock")
        #expect(file.stages.map(\.name) == lock.map(\.name))
        let full = try LockFile.parse(bytes, file: "dvc.lock")
        for stage in file.stages {
            #expect(YAML.readBack(stage.command) == full[stage.name]?.command)
            #expect(stage.outputs.map(\.path) == full[stage.name]?.outputs.map(\.path))
        }
        #expect(file.templateFiles == ["params.yaml", "extra.json"])
    }

    @Test(arguments: [
        ("echo ${lr} ${flag} ${n} ${big} ${f}", "echo 1e-05 true None 123456789012345678901 1e+16"),
        ("echo ${l[0]} ${l.0} ${l[-1]} ${l.-1} ${l[1].a} ${l[1][a]} ${l[00]}", "echo 1 1 true true 2 2 1"),
        ("echo ${ d.x } ${d . x} ${d[ x ]} ${d[y].z}", "echo 1 1 1 t"),
        ("echo \\${lr} $${lr} \\\\${lr} ${ ${lr", "echo ${lr} $1e-05 \\${lr} ${ ${lr"),
        ("echo ${inner} ${escaped}", "echo a ${lr} b ${X}"),
        ("${inner}", "a ${lr} b"),
        ("${escaped}", "\\${X}"),
        ("echo {${d.x}}", "echo {1}"),
        ("echo ${d} ${d.y}${none}", "echo --x 1 --y.z t --z t"),
    ])
    func text(_ text: String, _ expected: String) throws {
        let parameters = """
            lr: 1e-5
            flag: true
            n: null
            big: 123456789012345678901
            f: 1e16
            l: [1, {a: 2}, true]
            d: {x: 1, y: {z: t}}
            inner: 'a ${lr} b'
            escaped: '\\${X}'
            none: {}
            """
        #expect(try command(text, parameters) == .string(expected))
    }

    @Test func arguments() throws {
        let parameters = """
            d:
              a: true
              b: false
              c: {e: false, f: [1, q r, true, null]}
              g: []
              h: ''
              l: "it's"
              m: é
              n: {}
              o: 1e-5
            """
        #expect(
            try command("x ${d}", parameters)
                == .string("x --a --c.f 1 'q r' True None --h '' --l 'it'\"'\"'s' --m 'é' --o 1e-05"))
        var style = ArgumentStyle()
        style.negatesFalse = true
        style.repeatsOption = true
        #expect(
            try command("x ${d}", parameters, style: style)
                == .string(
                    "x --a --no-b --no-c.e --c.f 1 --c.f 'q r' --c.f True --c.f None --h '' --l 'it'\"'\"'s' --m 'é' "
                        + "--o 1e-05"))
        #expect(try command("[\"x ${d.c}\"]", parameters) == .list([.string("x --f 1 'q r' True None")]))
    }

    @Test func everyPlaceOfAStage() throws {
        let stage = try #require(
            stages(
                """
                vars: [{s: str, n: 3, k: lr}]
                stages:
                  a:
                    wdir: ${s}
                    cmd: [x, 'y ${n}']
                    desc: ${n}
                    meta: {a: ['${n}', '-${n}'], '${s}': 1}
                    deps: ['d-${n}']
                    params: ['${k}', {'${s}.json': ['a.${k}']}]
                    outs:
                    - ${s}.txt:
                        cache: false
                        desc: 'z ${n}'
                        labels: ['${s}', '${n}']
                        meta: {v: '${n}'}
                    plots:
                    - p.csv:
                        x: ${s}
                """
            ).first)
        #expect(stage.folder == "str" && stage.description == "3")
        #expect(stage.command == .list([.string("x"), .string("y 3")]))
        #expect(stage.meta == .mapping(Mapping([("a", .list([.int(3), .string("-3")])), ("str", .int(1))])))
        #expect(stage.dependencies.map(\.rooted) == ["str/d-3"])
        #expect(stage.parameters.map(\.file) == ["params.yaml", "str.json"])
        #expect(stage.parameters.map(\.keys) == [["lr"], ["a.lr"]])
        #expect(stage.outputs.map(\.path) == ["str.txt", "p.csv"])
        #expect(stage.outputs[0].labels == ["str", "3"] && stage.outputs[0].description == "z 3")
        #expect(stage.outputs[0].meta == .mapping(Mapping([("v", .int(3))])))
        #expect(stage.outputs[1].plot.x == .string("str"))
    }

    @Test func topLevel() throws {
        let file = try parsed(
            """
            vars: [{s: str}]
            params: ['${s}.yaml']
            metrics: ['${s}/m.json']
            plots: ['${s}.csv', {'p-${s}': {x: '${s}', y: {'${s}.csv': [a, '${s}']}, title: 't ${s}'}}]
            artifacts: {'${s}': {path: 'm/${s}.pt', type: '${s}', labels: ['${s}'], meta: {a: '${s}'}}}
            """)
        #expect(file.parameters.map(\.path) == ["str.yaml"])
        #expect(file.metrics.map(\.path) == ["str/m.json"])
        #expect(file.plots.map(\.id) == ["str.csv", "p-str"])
        #expect(file.plots[1].properties.title == "t str")
        #expect(
            file.plots[1].properties.y
                == .mapping(Mapping([("str.csv", .list([.string("a"), .string("str")]))])))
        #expect(file.artifacts[0].name == "str" && file.artifacts[0].path == "m/str.pt")
    }

    @Test func variablesOfFilesAndStages() throws {
        let made = try stages(
            """
            vars: ['v.json:x,y', {a: {b: 1}}, {a: {c: 2}}, ./params.yaml, 'v.json:z']
            stages:
              a:
                wdir: sub
                vars: [w.yaml, {own: 5}]
                cmd: ${x} ${y} ${z} ${a} ${lr} ${deep.q} ${own}
              b:
                vars: [{own: 6}]
                cmd: x ${own}
            """,
            [
                "v.json": "{\"x\": 1, \"y\": 2, \"z\": 3, \"lr\": 9}", "params.yaml": "lr: 7\na: {z: 0}\n",
                "sub/w.yaml": "deep: {q: 4}\n",
            ])
        #expect(made.map(\.command) == [.string("1 2 3 --z 0 --b 1 --c 2 7 4 5"), .string("x 6")])
        #expect(made[0].variables.map(\.file) == ["v.json", "v.json", "v.json", "params.yaml", "sub/w.yaml"])
        #expect(made[0].variables.map(\.key) == ["x", "y", "z", "lr", "deep.q"])
        #expect(made[1].variables.isEmpty)
    }

    @Test func readsNothingWithoutNeed() throws {
        struct Trap: Error {}
        let templates = TemplateSource { _ in throw Trap() }
        let text = "params: [a]\nstages:\n  a:\n    cmd: x $HOME \\${y}\n    meta: {a: [1]}\n    outs: [o]\n"
        let file = try PipelineFile.parse(Array(text.utf8), path: "dvc.yaml", templates: templates)
        #expect(file?.templateFiles.isEmpty == true)
        #expect(file?.stages.first?.command == .string("x $HOME ${y}"))
    }
}

@Suite struct GeneratedStageTests {
    private static let parameters: [FilePath: String] = [
        "params.yaml": """
        lst: [1, true, null, 1.50, a b]
        mix: [1, {a: 2}]
        m: {us: {t: 1}, gb: {t: 2}}
        s: str
        flag: true
        empty: []
        """
    ]

    private func names(_ data: String, _ cmd: String) throws -> [String] {
        let text = "stages:\n  a:\n    foreach: \(data)\n    do:\n      cmd: \(cmd)\n"
        return try stages(text, Self.parameters).map { "\($0.name) \($0.command.string ?? "?")" }
    }

    @Test(arguments: [
        (
            "[1, true, null, 1.50, 'x/y']", "${item}.",
            ["a@1 1.", "a@true true.", "a@None None.", "a@1.5 1.5.", "a@x/y x/y."]
        ),
        ("${lst}", "${item}.", ["a@1 1.", "a@True true.", "a@None None.", "a@1.5 1.5.", "a@a b a b."]),
        ("['${flag}', '${s}-${flag}']", "${item}.", ["a@True true.", "a@str-true str-true."]),
        ("${mix}", "x ${item}", ["a@0 x 1", "a@1 x --a 2"]),
        ("[[1, 2], [3]]", "${item[0]}.", ["a@0 1.", "a@1 3."]),
        ("${m}", "${key} ${item.t}", ["a@us us 1", "a@gb gb 2"]),
        ("{x: 1, y: '${s}'}", "${key} ${item}", ["a@x x 1", "a@y y str"]),
        ("[1, '1', 1.0]", "${item}.", ["a@1 1.", "a@1.0 1.0."]),
        ("['${m.us}', '${m.gb}']", "${item.t} ${item}", ["a@0 1 --t 1", "a@1 2 --t 2"]),
        ("['\\${x}']", "${item}.", ["a@${x} ${x}."]),
        ("[é, 'e\u{301}']", "${item}.", ["a@é é.", "a@e\u{301} e\u{301}."]),
        ("${empty}", "x", []), ("{}", "x", []),
    ])
    func foreach(_ data: String, _ cmd: String, _ expected: [String]) throws {
        let found = try names(data, cmd)
        #expect(found.map { Array($0.utf8) } == expected.map { Array($0.utf8) }, "\(found)")
    }

    @Test func matrix() throws {
        let made = try stages(
            """
            stages:
              a:
                matrix:
                  m: [cnn, true, '${flag}']
                  c: [{n: 1}, [2]]
                cmd: echo ${item.m} ${key}
              b:
                matrix:
                  k: ${m}
                cmd: echo ${item.k} ${item}
              c:
                matrix:
                  k: ${empty}
                  l: [1]
                cmd: x
            """, Self.parameters)
        #expect(
            made.map { "\($0.name) \($0.command.string ?? "")" } == [
                "a@cnn-c0 echo cnn cnn-c0", "a@cnn-c1 echo cnn cnn-c1", "a@true-c0 echo true true-c0",
                "a@true-c1 echo true true-c1", "a@True-c0 echo true True-c0", "a@True-c1 echo true True-c1",
                "b@us echo us --k us", "b@gb echo gb --k gb",
            ])
        #expect(Set(made.map(\.group)) == ["a", "b"])
    }

    @Test func placesOfItemsAreTracked() throws {
        let made = try stages(
            """
            stages:
              a:
                foreach: ${m}
                do:
                  cmd: echo ${item.t} ${s}
            """, Self.parameters)
        #expect(made.map { $0.variables.map(\.key) } == [["m.us.t", "s"], ["m.gb.t", "s"]])
    }

    @Test func namesOfTargets() throws {
        let made = try stages(
            "stages:\n  a:\n    foreach: [x, 'y:z', p/q]\n    do: {cmd: c}\n  a@b:\n    foreach: [x]\n    do: {cmd: c}\n  b: {cmd: c}\n"
        )
        let graph = try StageGraph(made)
        func order(_ target: String) throws -> [String] {
            try graph.order(StageSelection(targets: [target]), files: ["dvc.yaml"]).map(\.name)
        }
        #expect(try order("a") == ["a@x", "a@y:z", "a@p/q"])
        #expect(try order("a@y:z") == ["a@y:z"])
        #expect(try order("dvc.yaml:a@y:z") == ["a@y:z"])
        #expect(try order("a@p/q") == ["a@p/q"])
        #expect(try order("a@b") == ["a@b@x"])
        #expect(throws: PipelineError.self) { try order("a@y") }
    }
}
