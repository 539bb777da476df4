import Diagnostics
import Files
import SystemPackage

/// The stages of a project, or their outputs, as nodes with names, to be drawn.
package struct GraphDrawing: Sendable {
    /// The names in the order of the project.
    package private(set) var nodes: [String] = []
    /// Pairs of places in `nodes`: the second needs the first.
    package private(set) var edges: [(from: Int, to: Int)] = []
    private var places: [ExactString: Int] = [:]
    private var known: Set<[Int]> = []

    /// - Parameters:
    ///   - graph: All stages of the project.
    ///   - stages: Those to draw.
    ///   - outputs: Draw outputs in place of stages.
    ///   - folder: Where names are seen from, relative to the project root.
    ///   - collapsing: Draw the members of a group of stages, such as `train@a`, as one.
    package init(
        _ graph: StageGraph, stages: [Stage], outputs: Bool, folder: FilePath, collapsing: Bool = false
    ) {
        let chosen = Set(stages.map { ExactString($0.address()) })
        func names(_ stage: Stage) -> [String] {
            if outputs {
                return stage.outputs.map { ProjectPath.relative($0.rooted, from: folder).string }
            }
            var shown = stage
            if collapsing, let group = stage.group { shown.name = group }
            return [shown.address(relativeTo: folder)]
        }
        for stage in stages { for name in names(stage) { _ = node(name) } }
        for (from, to) in graph.edges {
            guard chosen.contains(ExactString(from.address())), chosen.contains(ExactString(to.address())) else {
                continue
            }
            let sources = outputs ? Self.read(by: to, of: from, folder) : names(from)
            for source in sources { for target in names(to) { connect(node(source), node(target)) } }
        }
    }

    /// The outputs of one stage that another one reads.
    private static func read(by reader: Stage, of writer: Stage, _ folder: FilePath) -> [String] {
        let paths = reader.dependencies.map(\.rooted) + reader.parameters.map(\.rooted)
        let read = writer.outputs.filter { output in
            paths.contains { $0.starts(with: output.rooted) || output.rooted.starts(with: $0) }
        }
        return read.map { ProjectPath.relative($0.rooted, from: folder).string }
    }

    private mutating func node(_ name: String) -> Int {
        if let place = places[ExactString(name)] { return place }
        places[ExactString(name)] = nodes.count
        nodes.append(name)
        return nodes.count - 1
    }

    private mutating func connect(_ from: Int, _ to: Int) {
        if from != to, known.insert([from, to]).inserted { edges.append((from, to)) }
    }

    /// The graph in the language of Graphviz.
    package var dot: String {
        var text = "strict digraph {\n"
        for node in nodes { text += Self.dotName(node) + ";\n" }
        for (from, to) in edges { text += "\(Self.dotName(nodes[from])) -> \(Self.dotName(nodes[to]));\n" }
        return text + "}"
    }

    private static func dotName(_ name: String) -> String {
        var text = "\""
        for scalar in Console.sanitized(name).unicodeScalars {
            if scalar == "\"" { text += "\\" }
            text.unicodeScalars.append(scalar)
        }
        return text + "\""
    }

    /// The graph in the language of Mermaid: nodes and edges sorted within each part that hangs together.
    package var mermaid: String {
        var text = "flowchart TD"
        var number = 0
        for part in components {
            var numbers: [Int: Int] = [:]
            for node in part.sorted(by: { nodes[$0].utf8.lexicographicallyPrecedes(nodes[$1].utf8) }) {
                number += 1
                numbers[node] = number
                text += "\n\tnode\(number)[\"\(Self.mermaidName(nodes[node]))\"]"
            }
            let inside = edges.compactMap { edge in
                numbers[edge.from].flatMap { from in numbers[edge.to].map { (from, $0) } }
            }
            // As texts, so that node10 comes before node2, as in DVC.
            let lines = inside.map { "node\($0)-->node\($1)" }
            for line in lines.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) { text += "\n\t" + line }
        }
        return text
    }

    private static func mermaidName(_ name: String) -> String {
        var text = ""
        for scalar in Console.sanitized(name).unicodeScalars {
            switch scalar {
            case "\"": text += "#quot;"
            case "<": text += "#lt;"
            case ">": text += "#gt;"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// The parts of the graph that hang together, in the order of their first nodes.
    var components: [[Int]] {
        var neighbours = [[Int]](repeating: [], count: nodes.count)
        for (from, to) in edges {
            neighbours[from].append(to)
            neighbours[to].append(from)
        }
        var seen = [Bool](repeating: false, count: nodes.count)
        var parts: [[Int]] = []
        for start in nodes.indices where !seen[start] {
            seen[start] = true
            var part: [Int] = []
            var open = [start]
            while let node = open.popLast() {
                part.append(node)
                for next in neighbours[node] where !seen[next] {
                    seen[next] = true
                    open.append(next)
                }
            }
            parts.append(part)
        }
        return parts
    }
}

extension StageGraph {
    /// Stages with all that they need, or with all that they are connected with, in the order of the project.
    package func around(_ stages: [Stage], wholePipelines: Bool) -> [Stage] {
        let starts = stages.compactMap(number)
        let members = postOrder(from: starts) { wholePipelines ? upstream[$0] + downstream[$0] : upstream[$0] }
        return members.sorted().map { self.stages[$0] }
    }
}
