import Diagnostics
import Formats
import Testing

@Suite struct OverrideApplyTests {
    @Test func valuesAreThoseOfDVC() throws {
        for golden in try GoldenFile.cases("override-apply.json") {
            let text = try #require(golden["text"]?.string)
            let arguments = golden["overrides"]?.list?.compactMap(\.string) ?? []
            let note: Comment = "\(arguments) in \(text)"
            let result = Result { try edited(text, arguments) }
            guard let expected = golden["result"] else {
                #expect(throws: OverrideError.self, note) { try result.get() }
                continue
            }
            guard case .success(let edited) = result else {
                Issue.record("\(arguments) in \(text): \(result)")
                continue
            }
            let value = try ParameterFile.load(edited.bytes, name: "params.yaml")
            #expect(sorted(value) == sorted(expected), note)
        }
    }

    @Test func allOrNothingOfWhatIsThere() throws {
        let text = "lr: 0.1\nnul:\na:\n  b: 1\n"
        #expect(try edited(text, ["~nul"]) == "lr: 0.1\na:\n  b: 1\n")
        #expect(refusal(text, ["~lr=null"]) == "cannot delete 'lr': it is 0.1 and not None")
        #expect(refusal(text, ["~lr='0.1'"]) == "cannot delete 'lr': it is 0.1 and not '0.1'")
        #expect(
            refusal(text, ["+lr.x=5"]) == "cannot change 'lr.x' in params.yaml: a part of it is 0.1 and not a mapping")
        #expect(
            refusal(text, ["lr=[1]", "+lr.3=5"])
                == "cannot change 'lr.3' in params.yaml: a list keeps its elements; give the whole list")
        #expect(refusal(text, ["a.x=5"]) == "cannot set 'a.x': params.yaml has no such parameter")
        #expect(refusal(text, ["+lr=5"]) == "cannot add 'lr': params.yaml has it already")
        #expect(refusal(text, ["lr=1,2"]) == "'lr=1,2' names several values, and one run takes one")
    }

    @Test func hintNamesWhatIsMeant() throws {
        let error = #expect(throws: OverrideError.self) { try edited("train: {epochs: 5}\n", ["train.epoch=1"]) }
        #expect(error?.hint == "did you mean 'train.epochs'? '+train.epoch=…' adds a new one")
    }

    @Test(arguments: [
        ("train.layers[0]=99", "train.layers.0=99"), ("a.toml:+x[1][2].y=[3]", "a.toml:+x.1.2.y=[3]"),
        ("~x[0]", "~x.0"),
    ])
    func elementsOfListsHaveNoBrackets(_ typed: String, _ meant: String) {
        let error = #expect(throws: OverrideError.self) { try edited("train: {layers: [1, 2]}\n", [typed]) }
        #expect(error?.message == "cannot understand '\(typed)': a key has no brackets")
        #expect(error?.hint == "write -S '\(meant)'")
    }

    @Test(arguments: [("+conf.py:A.b=1", "conf.py:+A.b=1"), ("~a.toml:x", "a.toml:~x"), ("++p.json:x=", "p.json:++x=")])
    func signsStandBehindTheFile(_ typed: String, _ meant: String) {
        let error = #expect(throws: OverrideError.self) { try ParameterOverride.parse(typed) }
        #expect(error?.hint == "write -S '\(meant)'")
    }

    @Test func whatIsNotThereCannotBeDeleted() {
        for (typed, hint) in [("~nosuch", nil), ("~train.epoch", "did you mean '~train.epochs'?")] {
            let error = #expect(throws: OverrideError.self) { try edited("train: {epochs: 5}\n", [typed]) }
            #expect(error?.message == "cannot delete '\(typed.dropFirst())': params.yaml has no such parameter")
            #expect(error?.hint == hint)
        }
    }

    @Test func hintsNameTheFile() throws {
        func hint(_ override: String) throws -> String? {
            let change = try ParameterOverride.parse(override)
            let text = Array("class Model:\n    lr = 1\n".utf8)
            return #expect(throws: OverrideError.self) {
                try ParameterEdit.apply([change], to: text, name: "conf.py")
            }?.hint
        }
        #expect(try hint("conf.py:Model.nope=7") == "'conf.py:+Model.nope=…' adds it")
        #expect(
            try hint("conf.py:Model.l=7") == "did you mean 'conf.py:Model.lr'? 'conf.py:+Model.l=…' adds a new one")
        #expect(
            try hint("conf.py:+Model.lr=7") == "'conf.py:Model.lr=…' sets it, 'conf.py:++Model.lr=…' does either")
    }

    @Test func sharedValuesAreNotChangedBehindTheBack() throws {
        let merged = "x: &p {a: 1}\ny:\n  <<: *p\n  b: 1\n"
        #expect(refusal(merged, ["x.a=2"]) == "cannot change 'x.a' in params.yaml: other values would change with it")
        #expect(
            refusal("x: &p {a: 1}\ny: *p\n", ["y.a=2"])?.hasSuffix(
                "the value belongs to an anchor elsewhere in the file") == true)
        #expect(try edited(merged, ["y.a=2"]) == "x: &p {a: 1}\ny:\n  <<: *p\n  b: 1\n  a: 2\n")
        #expect(try edited("x: &p 5\ny: *p\n", ["y=6"]) == "x: &p 5\ny: 6\n")
        #expect(try edited("x: &p 5\n", ["x=6"]) == "x: &p 6\n")
    }

    @Test func interpolationWithoutEnd() {
        #expect(refusal("a: 1\n", ["a=${a}"])?.hasSuffix("values name each other in a circle") == true)
        let bomb = (1...20).map { "+b\($0)=[${b\($0 - 1)},${b\($0 - 1)},${b\($0 - 1)},${b\($0 - 1)}]" }
        #expect(refusal("b0: 1\n", bomb)?.hasSuffix("values name each other in a circle") == true)
        #expect(refusal("a: 1\n", ["a=${oc.env:HOME}"])?.contains("there is no parameter 'oc.env:HOME'") == true)
    }

    private func refusal(_ text: String, _ arguments: [String]) -> String? {
        do {
            _ = try edited(text, arguments)
            return nil
        } catch {
            return (error as? any UserFacingError)?.message
        }
    }

    private func edited(_ text: String, _ arguments: [String]) throws -> String {
        let overrides = try arguments.map { try ParameterOverride.parse($0) }
        return String(decoding: try ParameterEdit.apply(overrides, to: text.bytes, name: "params.yaml"), as: UTF8.self)
    }

    private func sorted(_ value: Value) -> Value {
        switch value {
        case .list(let items): .list(items.map(sorted))
        case .mapping(let mapping):
            .mapping(
                Mapping(
                    entries: mapping.entries.map { .init(key: $0.key, value: sorted($0.value)) }
                        .sorted { $0.key.string ?? "" < $1.key.string ?? "" }))
        default: value
        }
    }
}
