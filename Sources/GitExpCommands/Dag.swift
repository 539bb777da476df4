import ArgumentParser
import Diagnostics
import Experiments
import Pipeline

struct Dag: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draw which stage needs which.",
        discussion: "With a target: what it needs, directly or through others.")

    @Argument(help: "A stage, a '.dvc' file, or an output. Default: all of the project.")
    var target: String?

    @Flag(help: "Print the language of Graphviz.")
    var dot = false

    @Flag(help: "Print the language of Mermaid.")
    var mermaid = false

    @Flag(help: "Print a Mermaid block for Markdown.")
    var md = false

    @Flag(help: .hidden)
    var showMd = false

    @Flag(help: "Draw the members of a group of stages as one.")
    var collapseForeachMatrix = false

    @Flag(help: "Everything that is connected with the target, not only what it needs.")
    var full = false

    @Flag(name: .shortAndLong, help: "Draw outputs in place of stages.")
    var outs = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let context = try Workspace.openProject(global.console)
        let workspace = try context.workspace()
        var stages = workspace.graph.stages
        if let target {
            stages = workspace.graph.around(
                try workspace.targets([target], in: context.folder).map(\.stage), wholePipelines: full)
        }
        let drawing = GraphDrawing(
            workspace.graph, stages: stages, outputs: outs, folder: context.folder, collapsing: collapseForeachMatrix)
        if dot { return global.console.print(drawing.dot) }
        if md || showMd { return global.console.print("```mermaid\n\(drawing.mermaid)\n```") }
        if mermaid { return global.console.print(drawing.mermaid) }
        if drawing.nodes.isEmpty { return global.console.note("There are no stages in this project yet.") }
        Pager(context, isWanted: true).print(drawing.boxes, global.console)
    }
}
