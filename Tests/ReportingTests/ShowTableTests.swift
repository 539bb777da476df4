import Formats
import Reporting
import Testing

/// Cells and columns as DVC 2.58 and 3.67 print them.
@Suite struct ShowTableTests {
    private func row(_ name: String, parameters: [(name: String, value: Value)], parent: String? = nil) -> ShowRow {
        ShowRow(
            kind: name == "main" ? .baseline : .branchCommit, revision: String(repeating: "ab", count: 20), name: name,
            parent: parent, metrics: [FileValues(file: "m.json", leaves: [("acc", .int(1))])],
            parameters: [FileValues(file: "params.yaml", leaves: parameters)])
    }

    private var rows: [ShowRow] {
        [
            row("main", parameters: [("lr", .float(0.1)), ("n", .null), ("l", .list([.null])), ("maybe", .null)]),
            row("e1", parameters: [("lr", .float(0.1)), ("n", .null), ("l", .list([.null])), ("maybe", .int(5))]),
            row("e2", parameters: [("lr", .int(3)), ("l", .list([.null]))]),
        ]
    }

    @Test func whatIsNullIsShownAsMissing() throws {
        let table = try ShowTable(rows, ShowOptions(), now: 0)
        let lines = table.text(width: nil, colour: false).split(separator: "\n")
        #expect(lines[3] == "  main               -           1   0.1   -   [None]   -      ")
        #expect(lines[4] == "  ├── abababa [e1]   -           1   0.1   -   [None]   5      ")
        #expect(
            table.csv().split(separator: "\r\n").dropFirst() == [
                ",main,baseline,,,1,0.1,,[None],", "e1,abababa,branch_commit,,,1,0.1,,[None],5",
                "e2,abababa,branch_commit,,,1,3,,[None],",
            ])
    }

    @Test func markdownLeavesRoomBesideTheHeaders() throws {
        let table = try ShowTable(rows, ShowOptions(), now: 0)
        #expect(
            table.markdown().split(separator: "\n").prefix(3) == [
                "| Experiment       | Created   | acc   | lr   | n   | l      | maybe   |",
                "|------------------|-----------|-------|------|-----|--------|---------|",
                "| main             | -         | 1     | 0.1  | -   | [None] | -       |",
            ])
    }

    @Test func columnsThatNeverChangeGo() throws {
        var options = ShowOptions()
        options.onlyChanged = true
        #expect(
            try ShowTable(rows, options, now: 0).csv().hasPrefix("Experiment,rev,typ,Created,lr,maybe\r\n,main,"))
        let fork = rows + [row("e3", parameters: [], parent: String(repeating: "cd", count: 20))]
        let csv = try ShowTable(fork, options, now: 0).csv()
        #expect(csv.hasPrefix("Experiment,rev,typ,Created,parent,lr,l,maybe\r\n"), "\(csv)")
        #expect(csv.contains("e3,abababa,branch_commit,,cdcdcdc,"))
    }

    @Test func namesAreComparedByTheirBytes() throws {
        let (composed, decomposed) = ("\u{E9}", "e\u{301}")
        let files = [
            MetricsFile(path: "m.json", value: nil, leaves: [(composed, .int(1)), (decomposed, .int(2))])
        ]
        let table = MetricsTable([("", files)], showsRevision: false, places: 5).plain.text
        #expect(table.split(separator: "\n").last?.utf8.elementsEqual("m.json  2    1".utf8) ?? false, "\(table)")
        let other = [MetricsFile(path: "m.json", value: nil, leaves: [(composed, .int(1)), (decomposed, .int(7))])]
        let comparison = MetricsComparison(old: files, new: other, includesEqual: true)
        let text = comparison.table(oldName: "a", newName: "b", places: 5, hidesPath: true).text
        #expect(text.split(separator: "\n").count == 3, "\(text)")
        let rows = [
            ShowRow(
                kind: .baseline, revision: "workspace",
                metrics: [FileValues(file: "m.json", leaves: [(composed, .int(1)), (decomposed, .int(2))])])
        ]
        #expect(try ShowTable(rows, ShowOptions(), now: 0).csv().contains("workspace,baseline,,,1,2\r\n"))
    }
}
