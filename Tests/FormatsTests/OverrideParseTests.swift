import Diagnostics
import Formats
import Testing

@Suite struct OverrideParseTests {
    @Test func hydraReadsTheSame() throws {
        for golden in try GoldenFile.cases("override-parse.json") {
            let text = try #require(golden["text"]?.string)
            if golden["error"] != nil {
                #expect(throws: OverrideError.self, "\(text)") { try ParameterOverride.parse(text) }
                continue
            }
            guard let override = try? ParameterOverride.parse(text) else {
                Issue.record("'\(text)' is refused")
                continue
            }
            #expect(override.file == golden["file"]?.string, "\(text)")
            #expect(override.path.joined(separator: ".") == golden["key"]?.string, "\(text)")
            #expect(
                "\(override.action)"
                    == ["CHANGE": "set", "ADD": "add", "FORCE_ADD": "addOrSet", "DEL": "delete"][
                        golden["action"]?.string ?? ""], "\(text)")
            let alternatives = (golden["sweep"]?.list ?? []).map(\.unpaired)
            let own =
                golden["shuffle"] == nil ? override.alternatives : override.alternatives.sorted { "\($0)" < "\($1)" }
            #expect("\(own)" == "\(alternatives)", "\(text)")
            #expect("\(override.value as Any)" == "\(golden["value"].map(\.unpaired) as Any)", "\(text)")
        }
    }

    /// Hydra has no letters beyond ASCII outside quotes, and gives some characters no meaning at all.
    @Test(arguments: [
        ("lr=~/data", "~/data"), ("lr=grün", "grün"), ("lr=a#b", "a#b"), ("lr=a&b;c", "a&b;c"), ("lr='a'  ", "a"),
    ])
    func textThatHydraRefusesIsText(argument: String, text: String) throws {
        #expect(try ParameterOverride.parse(argument).value == .string(text))
    }

    @Test(arguments: [
        "~", "=5", "+=5", ":lr=1", "+++lr=1", "~~lr", "a..b=1", "lr", "+lr", "lr=range(1,1)", "lr=range(1,4,0)",
    ])
    func whatSaysNothingIsWrongUsage(argument: String) {
        let error = #expect(throws: OverrideError.self) { try ParameterOverride.parse(argument) }
        #expect(error?.status == .usage)
        #expect(error?.message.hasPrefix("cannot understand '\(argument)': ") == true)
    }

    @Test func keysMayHoldAnyLetters() throws {
        #expect(try ParameterOverride.parse("größe.x-1=1").path == ["größe", "x-1"])
        #expect(try ParameterOverride.parse("dir/p.json:lr =1").path == ["lr"])
    }

    @Test func controlCharactersDoNotReachTheTerminal() {
        let error = #expect(throws: OverrideError.self) { try ParameterOverride.parse("lr=a\u{1B}[2J(") }
        #expect(error?.message.utf8.contains(0x1B) == false)
    }

    @Test func deepNestingIsRefused() {
        let text = "lr=" + String(repeating: "[", count: 100_000)
        #expect(throws: OverrideError.self) { try ParameterOverride.parse(text) }
    }

    @Test func endlessRangeIsRefused() {
        #expect(throws: OverrideError.self) { try ParameterOverride.parse("lr=range(0,1e300,1e-300)") }
        #expect(throws: OverrideError.self) { try ParameterOverride.parse("lr=range(9223372036854775807)") }
    }
}
