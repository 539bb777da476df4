import Formats
import SystemPackage

/// A file or a folder that a stage writes.
package struct Output: Sendable {
    /// The section of the stage that names it.
    package enum Kind: Hashable, Sendable { case plain, metric, plot, live }

    /// The path as written; the key in the lock file.
    package var path: String
    /// The path seen from the project root; see ``ProjectPath/rooted(_:in:root:)``.
    package var rooted: FilePath
    /// Which rules of DVC apply beyond those for all outputs.
    package var kind: Kind
    /// Whether its contents go into the cache, and its name into `.gitignore`.
    package var isCached: Bool
    /// Whether it stays where it is when the stage runs again.
    package var isPersistent: Bool
    /// Whether it takes part in checkpoints; it then also stays between runs, and its stage always runs.
    package var isCheckpoint: Bool
    /// The remote that it goes to; `nil` for the default one.
    package var remote: String?
    /// Whether `push` sends it.
    package var isPushed: Bool
    /// `desc`, for people.
    package var description: String?
    /// `type`, a word of the user's for tools beside DVC.
    package var type: String?
    /// `labels`, in the order of the file.
    package var labels: [String]
    /// Free-form data of the user's.
    package var meta: Value?
    /// How to draw it; empty for all but plots.
    package var plot: PlotProperties
    /// Where the path stands in its file.
    package var position: SourcePosition

    /// Whether a run leaves the old contents in place.
    package var survivesRuns: Bool { isPersistent || isCheckpoint || kind == .live }

    /// Whether it is inside the project and not the project itself.
    package var isInsideProject: Bool { ProjectPath.isInside(rooted) }
}

/// How a plot is drawn, as far as the user says so.
package struct PlotProperties: Sendable, Hashable {
    /// The name or the file of a Vega template.
    package var template: String?
    /// Over the plot.
    package var title: String?
    /// Beside the horizontal axis.
    package var xLabel: String?
    /// Beside the vertical axis.
    package var yLabel: String?
    /// A column; at top level also a mapping of one file to a column.
    package var x: Value?
    /// A column; at top level also columns, and a mapping of files to them.
    package var y: Value?
    /// Whether the first row of a table names the columns; `nil` where nothing is said.
    package var header: Bool?

    /// Says nothing.
    package init() {}

    /// Whether the user says nothing.
    package var isEmpty: Bool { self == PlotProperties() }
}

/// An entry of the top-level `plots` list.
package struct PlotDefinition: Sendable {
    /// A path of data, or a name where the properties say which files are meant.
    package var id: String
    /// How it is drawn; empty where only the path is given.
    package var properties: PlotProperties
    /// Where the path or the name stands in its file.
    package var position: SourcePosition
}

/// A path of the top-level `params` or `metrics` list.
package struct ListedFile: Sendable {
    /// As written, relative to the folder of the `dvc.yaml`.
    package var path: String
    /// Seen from the project root.
    package var rooted: FilePath
    /// Where the path stands in its file.
    package var position: SourcePosition
}

/// An entry of the top-level `artifacts` mapping.
package struct Artifact: Sendable {
    /// The key below `artifacts`.
    package var name: String
    /// As written, relative to the folder of the `dvc.yaml`.
    package var path: String
    /// Seen from the project root.
    package var rooted: FilePath
    /// A word of the user's for the model registry of DVC.
    package var type: String?
    /// `desc`, for people.
    package var description: String?
    /// In the order of the file.
    package var labels: [String]
    /// Free-form data of the user's.
    package var meta: Value?
    /// Where the name stands in its file.
    package var position: SourcePosition
}
