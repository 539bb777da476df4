import Diagnostics
import Files
import Formats
import SystemPackage

/// What all expressions of one `dvc.yaml` share: its parameter file, its `vars`, and the files behind them.
///
/// Nothing is read before the first expression, or `vars`, needs it.
final class TemplateEnvironment {
    /// The `dvc.yaml`, relative to the project root.
    let file: FilePath
    let reader: NodeReader
    let style: ArgumentStyle
    /// The files that were asked for, whether or not they exist, relative to the project root.
    private(set) var consulted: [FilePath] = []

    private let root: FilePath?
    private let source: TemplateSource
    /// The top-level `vars`; `nil` where there are none.
    private let vars: YAMLNode?
    private var context: TemplateContext?
    private var documents: [FilePath: TemplateMapping?] = [:]
    /// Files and `vars` entries, in the order in which they were met.
    private var sources: [(name: String, file: FilePath?)] = []
    private var fileNumbers: [FilePath: Int] = [:]

    init(file: FilePath, reader: NodeReader, root: FilePath?, source: TemplateSource, vars: YAMLNode?) {
        self.file = file
        self.reader = reader
        self.root = root
        self.source = source
        self.vars = vars
        style = source.style
    }

    /// The file that a source stands for; `nil` where values were written into the `dvc.yaml`.
    func file(of source: Int) -> FilePath? { sources.indices.contains(source) ? sources[source].file : nil }

    /// A source for messages.
    func name(of source: Int?) -> String? {
        source.flatMap { sources.indices.contains($0) ? sources[$0].name : nil }
    }

    /// Values of the parameter file beside the `dvc.yaml` and of the top-level `vars`.
    func base() throws(FormatError) -> TemplateContext {
        if let context { return context }
        var context = TemplateContext()
        let folder = file.parent
        let standard = folder.appending(ParameterDependency.defaultFile)
        if let values = try document(standard) {
            context.values = values
            context.loaded[standard] = .some(nil)
        }
        if let vars { try add(vars, to: &context, folder: folder, label: "vars", reserved: []) }
        self.context = context
        return context
    }

    /// Adds the elements of a `vars` list.
    ///
    /// - Parameters:
    ///   - folder: Where files are looked for, relative to the project root.
    ///   - label: The list for messages.
    ///   - reserved: Names that cannot be defined here.
    /// - Throws: `FormatError` at an element that is wrong, or from a file that is.
    func add(
        _ vars: YAMLNode, to context: inout TemplateContext, folder: FilePath, label: String, reserved: [String]
    ) throws(FormatError) {
        for (number, element) in try reader.list(vars, "'\(label)'").enumerated() {
            let values: TemplateMapping
            if case .mapping = element.content {
                let value = try reader.plainValue(element)
                if TemplateText.hasExpression(value) { throw expression(at: element, label) }
                sources.append(("\(label)[\(number)]", nil))
                values = TemplateMapping(value.mapping ?? Mapping(), source: sources.count - 1)
            } else {
                guard case .string(let text) = try reader.plainValue(element), !text.isEmpty else {
                    throw reader.error(at: element, "expected a file name or a mapping in '\(label)'")
                }
                if TemplateText.hasExpression(text) { throw expression(at: element, label) }
                guard let loaded = try load(text, at: element, folder: folder, into: &context) else { continue }
                values = loaded
            }
            for key in values.keys where reserved.contains(where: { $0.isIdentical(to: key) }) {
                throw reader.error(at: keyNode([key], in: element), "'\(key)' is taken by what the stages are made of")
            }
            try merge(values, into: &context, at: element)
        }
    }

    private func merge(
        _ values: TemplateMapping, into context: inout TemplateContext, at element: YAMLNode
    ) throws(FormatError) {
        let touched: Int
        do throws(TemplateMapping.Conflict) {
            touched = try context.values.merge(values)
        } catch {
            let owner = name(of: error.existing.source).map { "'\($0)' defines it" } ?? "it is defined"
            throw reader.error(
                at: keyNode(error.path, in: element),
                "cannot redefine '\(error.path.joined(separator: "."))': \(owner) already")
        }
        // Copies of entries cost far less than reading them.
        try reader.spend(touched / 8, at: element)
    }

    private func expression(at node: YAMLNode, _ label: String) -> FormatError {
        reader.error(at: node, "'${…}' cannot be used in '\(label)'")
    }

    /// The key at the end of a path of keys, or the node where it is not written out.
    private func keyNode(_ path: [String], in node: YAMLNode) -> YAMLNode {
        var place = node
        var inside = node
        for name in path {
            guard case .mapping(let pairs) = inside.content,
                let pair = pairs.first(where: { $0.key.scalarText?.isIdentical(to: name) == true })
            else { return place }
            place = pair.key
            inside = pair.value
        }
        return place
    }

    /// The values of `file` or `file:key,key`; `nil` where the context has the whole file already.
    private func load(
        _ text: String, at node: YAMLNode, folder: FilePath, into context: inout TemplateContext
    ) throws(FormatError) -> TemplateMapping? {
        let colon = text.utf8.firstIndex(of: UInt8(ascii: ":"))
        let written = String(text[..<(colon ?? text.endIndex)])
        let names = colon.map { text[text.utf8.index(after: $0)...] } ?? ""
        let keys = names.utf8.split(separator: UInt8(ascii: ",")).map { String(Substring($0)) }
        let path = ProjectPath.rooted(written, in: folder, root: root)
        guard ProjectPath.isInside(path) else {
            throw reader.error(at: node, "'\(written)' is not a file of the project")
        }
        let found: TemplateMapping?
        do throws(FormatError) {
            found = try document(path)
        } catch {
            // Contents have a place of their own; what cannot be read at all has not.
            throw error.position == nil ? reader.error(at: node, error.problem) : error
        }
        guard let values = found else { throw reader.error(at: node, "'\(path.string)' does not exist") }
        if case .some(let known) = context.loaded[path] {
            guard let known else {
                if keys.isEmpty { return nil }
                throw reader.error(at: node, "cannot load keys of '\(path.string)': all of it is loaded already")
            }
            if keys.isEmpty || keys.contains(where: { known.contains(ExactString($0)) }) {
                throw reader.error(at: node, "cannot load '\(text)': part of '\(path.string)' is loaded already")
            }
            context.loaded[path] = known.union(keys.map { ExactString($0) })
        } else {
            context.loaded[path] = .some(keys.isEmpty ? nil : Set(keys.map { ExactString($0) }))
        }
        if keys.isEmpty { return values }
        var chosen = TemplateMapping()
        for key in keys {
            guard let value = values[key] else {
                let similar = key.utf8.count < 2 ? [] : Similarity.closest(to: key, among: values.keys)
                let advice = similar.isEmpty ? "" : ", did you mean '\(similar[0])'?"
                throw reader.error(at: node, "'\(path.string)' has no key '\(key)'" + advice)
            }
            chosen[key] = value
        }
        return chosen
    }

    /// The contents of a file; `nil` where there is none.
    private func document(_ path: FilePath) throws(FormatError) -> TemplateMapping? {
        if let known = documents[path] { return known }
        consulted.append(path)
        let value: Value?
        do {
            value = try source.document(path)
        } catch let error as FormatError {
            throw error
        } catch {
            let reason = (error as? any UserFacingError)?.message ?? "\(error)"
            throw FormatError(file: path.string, problem: "cannot read '\(path.string)': \(reason)")
        }
        let mapping: TemplateMapping?
        switch value {
        case nil: mapping = nil
        case .mapping(let values)?: mapping = TemplateMapping(values, source: number(of: path))
        case let other?:
            let kind = TemplateNode(other, source: -1).kind
            throw FormatError(
                file: path.string,
                problem: "'${…}' can take values from a mapping only, and '\(path.string)' is \(kind)")
        }
        documents[path] = .some(mapping)
        return mapping
    }

    private func number(of path: FilePath) -> Int {
        if let known = fileNumbers[path] { return known }
        sources.append((path.string, path))
        fileNumbers[path] = sources.count - 1
        return sources.count - 1
    }
}

/// The values that expressions at one place can name.
struct TemplateContext {
    var values = TemplateMapping()
    /// What is in it of which file: certain top-level keys, or `nil` for all of it.
    var loaded: [FilePath: Set<ExactString>?] = [:]
}
