import Files
import Formats
import SystemPackage

/// Where the values of `${…}` come from: the files of the workspace or of a commit.
package struct TemplateSource {
    let document: (FilePath) throws -> Value?
    let style: ArgumentStyle

    /// - Parameters:
    ///   - style: How mappings become arguments.
    ///   - document: The contents of a file, `nil` where there is none; a caller that reads many commits remembers
    ///     here what it has parsed before.
    package init(style: ArgumentStyle = ArgumentStyle(), document: @escaping (FilePath) throws -> Value?) {
        self.style = style
        self.document = document
    }

    /// The files of a tree.
    package init(_ tree: any FileTree, style: ArgumentStyle = ArgumentStyle()) {
        self.init(style: style) { path in
            try tree.contents(of: path).map { try ParameterFile.load($0, name: path.string) }
        }
    }

    /// No files at all: only what a `dvc.yaml` defines itself can be named.
    package static var none: TemplateSource { TemplateSource { _ in nil } }
}
