import SystemPackage
import Testing

@testable import Pipeline

@Suite struct GraphDrawingTests {
    private func drawing(outputs: Bool = false, collapsing: Bool = false) throws -> GraphDrawing {
        let file = try parsed(
            """
            stages:
              b: {cmd: x, deps: [a.txt, raw], outs: [b.txt, m.json]}
              a: {cmd: x, outs: [a.txt]}
              c: {foreach: [1, 2], do: {cmd: x, deps: [b.txt], outs: ["c${item}"]}}
              lone: {cmd: x}
            """)
        let graph = try StageGraph(file.stages + [TrackedData.fresh("raw", in: "raw.dvc").stage])
        return GraphDrawing(graph, stages: graph.stages, outputs: outputs, folder: "", collapsing: collapsing)
    }

    @Test func dotNamesNodesAndEdges() throws {
        #expect(
            try drawing(collapsing: true).dot == """
                strict digraph {
                "b";
                "a";
                "c";
                "lone";
                "raw.dvc";
                "a" -> "b";
                "raw.dvc" -> "b";
                "b" -> "c";
                }
                """)
    }

    @Test func mermaidIsSortedWithinEachPart() throws {
        #expect(
            try drawing(collapsing: true).mermaid == """
                flowchart TD
                \tnode1["a"]
                \tnode2["b"]
                \tnode3["c"]
                \tnode4["raw.dvc"]
                \tnode1-->node2
                \tnode2-->node3
                \tnode4-->node2
                \tnode5["lone"]
                """)
    }

    @Test func outputsAreConnectedByWhatIsRead() throws {
        let drawing = try drawing(outputs: true)
        #expect(drawing.nodes == ["b.txt", "m.json", "a.txt", "c1", "c2", "raw"])
        let edges = drawing.edges.map { drawing.nodes[$0.from] + " " + drawing.nodes[$0.to] }
        #expect(Set(edges) == ["a.txt b.txt", "a.txt m.json", "raw b.txt", "raw m.json", "b.txt c1", "b.txt c2"])
    }

    @Test func boxesShowEveryNodeOnce() throws {
        let lines = try drawing().boxes.split(separator: "\n")
        for name in ["a", "b", "c@1", "c@2", "lone", "raw.dvc"] {
            #expect(lines.count { $0.contains("| \(name) |") } == 1, "\(name)")
        }
        #expect(lines.allSatisfy { $0.last != " " })
        let row = { (name: String) in lines.firstIndex { $0.contains("| \(name) |") } ?? -1 }
        #expect(row("a") < row("b") && row("raw.dvc") < row("b") && row("b") < row("c@1") && row("c@1") == row("c@2"))
    }

    @Test func manyNodesAreDrawnInTime() throws {
        var text = "stages:\n"
        for number in 0..<300 {
            text += "  s\(number): {cmd: x, deps: [o\(number / 2 - 1), o\(number - 7)], outs: [o\(number)]}\n"
        }
        let graph = try StageGraph(parsed(text.replacing("o-", with: "x-")).stages)
        let drawing = GraphDrawing(graph, stages: graph.stages, outputs: false, folder: "")
        #expect(drawing.boxes.contains("| s299 |"))
    }

    @Test func namesOutsideASCIIAreDrawnWhole() throws {
        let graph = try StageGraph(
            parsed("stages:\n  é→: {cmd: x, outs: [o]}\n  next: {cmd: x, deps: [o]}\n").stages)
        let lines = GraphDrawing(graph, stages: graph.stages, outputs: false, folder: "").boxes.split(separator: "\n")
        #expect(lines[0].contains("+----+") && lines[1].contains("| é→ |") && lines.last?.hasSuffix("+------+") == true)
    }
}
