import Files
import Formats
import SystemPackage

/// What `stage add` is asked to add.
package struct StageAdd: Sendable {
    /// One output with the way in which it was given.
    package struct OutputRequest: Sendable {
        /// The option that named it.
        package enum Option: Sendable, CaseIterable {
            case outsPersist, outsPersistNoCache, metrics, metricsNoCache, plots, plotsNoCache, outsNoCache, outs
            case checkpoints
        }

        /// As typed, relative to the folder where the stage's command runs.
        package var path: String
        /// Decides the section and the flags of the output.
        package var option: Option

        /// Takes an output with the option that named it.
        package init(_ path: String, _ option: Option) {
            self.path = path
            self.option = option
        }
    }

    /// The key below `stages`; checked when the stage is added.
    package var name: String
    /// Replace a stage of the name.
    package var force = false
    /// As typed; they come sorted into the file, each once.
    package var dependencies: [String] = []
    /// `key,key`, `file:key,key`, or `file:` for a whole file.
    package var parameters: [String] = []
    /// In the order of the command line.
    package var outputs: [OutputRequest] = []
    /// Where the command runs, relative to the folder of the `dvc.yaml`; `nil` for that folder.
    package var wdir: String?
    /// Run the stage whether or not anything differs.
    package var isAlwaysChanged = false
    /// `desc`, for people; `nil` keeps that of a stage that is replaced.
    package var description: String?
    /// The folder of `--live` or `--live-no-cache`.
    package var live: String?
    /// `false` for `--live-no-cache`.
    package var liveIsCached = true
    /// `false` where the training code is to write no report.
    package var liveHTML = true
    /// `false` where the training code is to write no `<path>.json`.
    package var liveSummary = true
    /// The words of the command line; they are joined by ``command(of:)``.
    package var words: [String] = []
    /// Whether the words reach the command as they are, whatever a shell or a template would make of them.
    package var isLiteral = false

    var command: Value { isLiteral ? Self.literalCommand(of: words) : .string(Self.command(of: words)) }

    /// Takes the name alone; a stage also needs ``words``.
    package init(name: String) { self.name = name }

    /// The `dvc.yaml` with the stage in it.
    ///
    /// - Parameters:
    ///   - bytes: The file as it is; `nil` where there is none.
    ///   - file: Its path, relative to the project root.
    ///   - templates: Where its `${…}` take their values from.
    /// - Returns: The same text with the stage at the end, or in place of the one with its name.
    /// - Throws: ``PipelineError`` for a request that makes no sense or a stage that exists; `FormatError` for a file
    ///   that cannot be edited.
    package func apply(
        to bytes: [UInt8]?, file: FilePath, templates: TemplateSource = .none
    ) throws -> [UInt8] {
        try validate()
        try refuseOutside(file: file)
        let result = try edited(bytes, file: file, templates)
        // What an option brought in may be wrong in ways that only the reader knows.
        _ = try PipelineFile.parse(result, path: file, templates: templates)
        return result
    }

    private func edited(_ bytes: [UInt8]?, file: FilePath, _ templates: TemplateSource) throws -> [UInt8] {
        guard let bytes, let current = try PipelineFile.parse(bytes, path: file, templates: templates) else {
            let stages = Mapping([("stages", .mapping(Mapping([(name, .mapping(value(replacing: nil)))])))])
            return (bytes ?? []) + Array(YAML.emit(.mapping(stages)).utf8)
        }
        var old = current.stages.first { $0.name.isIdentical(to: name) }
        if let written = try YAML.parse(bytes, file: file.string)?.entry("stages")?.entry(name) {
            // What stays is what is written there, and not what its `${…}` mean today.
            old?.description = written.entry("desc")?.scalarText
            old?.meta = try written.entry("meta").map { node throws(FormatError) in
                try YAML.value(of: node, file: file.string)
            }
        }
        let exists = old != nil || current.stages.contains { $0.group?.isIdentical(to: name) == true }
        if exists && !force { throw PipelineError.stageExists(name: name, file: file.string) }
        return try YAMLTextEdit.setEntry(
            in: bytes, file: file.string, path: ["stages"], key: name, value: .mapping(value(replacing: old)))
    }

    /// The names to put into `.gitignore` files, in order: the path as given, for each output that is cached.
    package var ignoredOutputs: [String] {
        var paths: [String] = []
        for option in OutputRequest.Option.allCases where option.isCached {
            paths += outputs.filter { $0.option == option }.map(\.path)
        }
        if let live, liveIsCached { paths.append(live) }
        return paths
    }
}

extension StageAdd {
    /// - Throws: ``PipelineError`` for what DVC refuses too: names with punctuation, a path in two roles, no command.
    func validate() throws(PipelineError) {
        let isPunctuation = { (byte: UInt8) in
            byte != UInt8(ascii: "-") && byte != UInt8(ascii: "_") && (0x21...0x7E).contains(byte)
                && !(0x30...0x39).contains(byte) && !(0x41...0x5A).contains(byte) && !(0x61...0x7A).contains(byte)
        }
        if name.isEmpty || name.utf8.contains(where: { isPunctuation($0) || $0 < 0x20 || $0 == 0x7F }) {
            throw .badStageName(name)
        }
        if words.isEmpty { throw .noCommand }
        let reads = Set(dependencies.map { ProjectPath.normalized(FilePath($0)) })
        var writes: Set<FilePath> = []
        for path in outputs.map(\.path) + (live.map { [$0] } ?? []) {
            let normal = ProjectPath.normalized(FilePath(path))
            if !writes.insert(normal).inserted { throw .repeatedOutput(path) }
            if reads.contains(normal) { throw .dependencyIsOutput(path) }
        }
    }

    /// - Throws: ``PipelineError/forbiddenOutput(path:reason:)`` for a cached output outside the project; the reader of
    ///   the file would speak of a line that nobody has written yet.
    private func refuseOutside(file: FilePath) throws(PipelineError) {
        let folder = file.parent.pushing(FilePath(wdir ?? ""))
        for output in outputs where output.option.isCached && !output.path.contains("${") && !output.path.contains(":")
        {
            let rooted = ProjectPath.rooted(output.path, in: folder)
            if rooted.isAbsolute || rooted.components.first == ".." {
                throw .forbiddenOutput(
                    path: output.path,
                    reason: "it is outside the project, and only one that is not cached ('-O') may be")
            }
        }
    }

    /// The stage as `dvc.yaml` writes it, keys in DVC's order; the old one lends what the options cannot say.
    func value(replacing old: Stage?) -> Mapping {
        var stage = Mapping()
        func add(_ key: String, _ value: Value?) {
            if let value { stage.entries.append(.init(key: .string(key), value: value)) }
        }
        func add(_ key: String, list: [Value]) { if !list.isEmpty { add(key, .list(list)) } }
        add("desc", (description ?? old?.description).map { .string($0) })
        add("cmd", command)
        add("wdir", wdir.map { .string($0) })
        add("deps", list: Self.unique(dependencies).sorted { $0 < $1 }.map { .string($0.text) })
        add("params", list: parameterList)
        add("outs", list: outputList([.outsPersist, .outsPersistNoCache, .outs, .outsNoCache, .checkpoints]))
        add("metrics", list: outputList([.metrics, .metricsNoCache]))
        add("plots", list: outputList([.plots, .plotsNoCache]))
        add("live", liveSection)
        if isAlwaysChanged { add("always_changed", .bool(true)) }
        add("meta", old?.meta)
        return stage
    }

    private static func unique(_ texts: [String]) -> [ExactString] {
        var seen: Set<ExactString> = []
        return texts.map { ExactString($0) }.filter { seen.insert($0).inserted }
    }

    /// Keys of the default file first and sorted, then the other files sorted, each with its keys sorted.
    private var parameterList: [Value] {
        var keys: [ExactString: Set<ExactString>] = [:]
        var whole: Set<ExactString> = []
        for text in parameters {
            var file = ParameterDependency.defaultFile[...]
            var names = text[...]
            if let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) {
                file = text[..<colon]
                names = text[text.utf8.index(after: colon)...]
            }
            let name = ExactString(file.isEmpty ? ParameterDependency.defaultFile : String(file))
            let parts = names.utf8.split(separator: UInt8(ascii: ",")).map { ExactString(String(Substring($0))) }
            if parts.isEmpty { whole.insert(name) } else { keys[name, default: []].formUnion(parts) }
        }
        let standard = ExactString(ParameterDependency.defaultFile)
        var list: [Value] = []
        if !whole.contains(standard) { list = (keys[standard] ?? []).sorted().map { .string($0.text) } }
        for file in Set(keys.keys).union(whole).sorted() {
            if whole.contains(file) {
                list.append(.mapping(Mapping([(file.text, .null)])))
            } else if file != standard {
                let names = (keys[file] ?? []).sorted().map { Value.string($0.text) }
                list.append(.mapping(Mapping([(file.text, .list(names))])))
            }
        }
        return list
    }

    private func outputList(_ options: [OutputRequest.Option]) -> [Value] {
        let chosen = outputs.filter { options.contains($0.option) }
        return chosen.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }.map { output in
            var flags = Mapping()
            if !output.option.isCached { flags["cache"] = .bool(false) }
            if output.option == .checkpoints { flags["checkpoint"] = .bool(true) }
            if output.option == .outsPersist || output.option == .outsPersistNoCache { flags["persist"] = .bool(true) }
            return flags.isEmpty ? .string(output.path) : .mapping(Mapping([(output.path, .mapping(flags))]))
        }
    }

    private var liveSection: Value? {
        guard let live else { return nil }
        var flags = Mapping()
        if !liveIsCached { flags["cache"] = .bool(false) }
        flags["summary"] = .bool(liveSummary)
        flags["html"] = .bool(liveHTML)
        return .mapping(Mapping([(live, .mapping(flags))]))
    }
}

extension StageAdd.OutputRequest.Option {
    var isCached: Bool {
        switch self {
        case .outsPersist, .metrics, .plots, .outs, .checkpoints: true
        case .outsPersistNoCache, .metricsNoCache, .plotsNoCache, .outsNoCache: false
        }
    }
}
