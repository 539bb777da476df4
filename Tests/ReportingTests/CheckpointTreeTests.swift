import Formats
import Reporting
import Testing

@Suite struct CheckpointTreeTests {
    private let lines = [
        CheckpointTree.Line(name: "fork", commits: ["f3", "f2", "f1", "c2", "c1"]),
        CheckpointTree.Line(name: "first", commits: ["c3", "c2", "c1"]),
        CheckpointTree.Line(name: "alone", commits: ["a1"]),
    ]

    private func text(_ layout: CheckpointLayout) -> [String] {
        CheckpointTree.places(of: lines, layout: layout).map { place in
            "\(place.kind.rawValue) \(place.commit) \(place.name ?? "-") \(place.parent ?? "-")"
        }
    }

    @Test func sharedCommitsStandUnderTheOldestExperiment() {
        #expect(
            text(.once) == [
                "checkpoint_tip f3 fork -", "checkpoint_commit f2 - -", "checkpoint_commit f1 - c2",
                "checkpoint_tip c3 first -", "checkpoint_commit c2 - -", "checkpoint_base c1 - -",
                "branch_base a1 alone -",
            ])
    }

    @Test func theOtherLayouts() {
        #expect(text(.tips) == ["branch_commit f3 fork -", "branch_commit c3 first -", "branch_base a1 alone -"])
        #expect(text(.repeated).count == 9)
        #expect(text(.repeated)[4] == "checkpoint_base c1 - -")
    }

    @Test func theTableHasTheLayoutOfDVC() throws {
        let rows = [
            ShowRow(
                kind: .baseline, revision: "workspace",
                metrics: [FileValues(file: "m.json", leaves: [("loss", .float(1.1111111))])],
                parameters: [FileValues(file: "params.yaml", leaves: [("lr", .float(123456.7))])]),
            ShowRow(kind: .branchBase, revision: String(repeating: "ab", count: 20), name: "p\u{1B}1"),
        ]
        let table = try ShowTable(rows, ShowOptions(), now: 0)
        let lines = table.text(width: nil, colour: false).split(separator: "\n")
        #expect(lines[1] == "  Experiment             Created     loss   lr          ")
        #expect(lines[3] == "  workspace              -         1.1111   1.2346e+05  ")
        #expect(lines[4] == "  └── abababa [p\\x1b1]   -              -   -           ")
        #expect(
            table.csv().hasPrefix(
                "Experiment,rev,typ,Created,parent,loss,lr\r\n,workspace,baseline,,,1.1111111,123456.7\r\n"))
    }

    @Test func differencesOfMetrics() {
        let old = [
            MetricsFile(path: "m.json", value: nil, leaves: [("acc", .float(0.9)), ("n", .int(1)), ("same", .int(5))])
        ]
        let new = [
            MetricsFile(path: "m.json", value: nil, leaves: [("acc", .float(0.95)), ("n", .int(3)), ("same", .int(5))])
        ]
        let comparison = MetricsComparison(old: old, new: new, includesEqual: false)
        #expect(
            comparison.table(oldName: "HEAD", newName: "workspace", places: 5, hidesPath: false).text
                == "Path    Metric    HEAD    workspace    Change\nm.json  acc       0.9     0.95         0.05\nm.json  n         1       3            2\n"
        )
    }
}
