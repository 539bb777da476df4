import Files
import SystemPackage

/// Which stages a command is about, as its arguments say.
package struct StageSelection: Sendable {
    /// Stage names, `path/dvc.yaml`, or `path/dvc.yaml:name`; empty means the `dvc.yaml` of `folder`.
    package var targets: [String] = []
    /// Where the targets are seen from, relative to the project root.
    package var folder: FilePath = ""
    /// Only the targets, without what they need.
    package var singleItem = false
    /// Everything that is connected with the targets.
    package var wholePipelines = false
    /// Every stage of the project.
    package var allPipelines = false
    /// The targets and what needs them, instead of what they need.
    package var downstream = false
    /// Targets are folders: all stages in and below them.
    package var recursive = false
    /// Stage names of targets are patterns with `*`, `?` and `[…]`.
    package var glob = false

    /// Takes targets as they were typed, and the folder of the call, relative to the project root.
    package init(targets: [String] = [], folder: FilePath = "") {
        self.targets = targets
        self.folder = folder
    }

    /// The same stages, with targets as they are seen from the project's root.
    package var fromRoot: StageSelection {
        if folder.isEmpty { return self }
        var result = self
        result.folder = ""
        if allPipelines { return result }
        result.targets = (targets.isEmpty ? [recursive ? "." : "dvc.yaml"] : targets).map { target in
            if recursive {
                let top = ProjectPath.rooted(target, in: folder)
                return top.isEmpty ? "." : top.string
            }
            let target = StageTarget(target)
            let file = ProjectPath.rooted(target.file, in: folder).string
            return target.name.map { "\(file):\($0)" } ?? file
        }
        return result
    }
}

extension StageGraph {
    /// The stages to work on, each after those it needs.
    ///
    /// - Parameters:
    ///   - selection: The targets and how far to go from them.
    ///   - files: The pipeline files of the project; a target that names none of them is an error.
    /// - Throws: ``PipelineError`` for a target that does not exist.
    package func order(_ selection: StageSelection, files: [FilePath]) throws(PipelineError) -> [Stage] {
        let everything = Array(stages.indices)
        if selection.allPipelines { return postOrder(from: everything, along: active).map { stages[$0] } }
        let targets = try numbers(of: selection, files: files)
        if selection.singleItem { return targets.map { stages[$0] } }
        let members: [Int]
        if selection.wholePipelines {
            // A frozen stage is cut off from what it reads, in both directions.
            members = postOrder(from: targets) { stage in
                active(stage) + downstream[stage].filter { !stages[$0].isFrozen }
            }
        } else if selection.downstream {
            members = postOrder(from: targets) { stage in downstream[stage].filter { !stages[$0].isFrozen } }
        } else {
            members = postOrder(from: targets, along: active)
        }
        let chosen = Set(members)
        return postOrder(from: chosen.sorted()) { active($0).filter(chosen.contains) }.map { stages[$0] }
    }

    /// The stages that the targets themselves name, in the order of the targets.
    package func targets(_ selection: StageSelection, files: [FilePath]) throws(PipelineError) -> [Stage] {
        try numbers(of: selection, files: files).map { stages[$0] }
    }

    private func numbers(of selection: StageSelection, files: [FilePath]) throws(PipelineError) -> [Int] {
        var result: [Int] = []
        var isIn = [Bool](repeating: false, count: stages.count)
        func add(_ numbers: [Int]) {
            for number in numbers where !isIn[number] {
                isIn[number] = true
                result.append(number)
            }
        }
        for target in selection.targets.isEmpty ? [selection.recursive ? "." : "dvc.yaml"] : selection.targets {
            if selection.recursive {
                let top = ProjectPath.rooted(target, in: selection.folder)
                if !top.isEmpty, !files.contains(where: { $0.starts(with: top) }) { throw .noPipelineBelow(target) }
                add(stages.indices.filter { top.isEmpty || stages[$0].file.starts(with: top) })
                continue
            }
            add(try numbers(of: StageTarget(target), selection, files: files))
        }
        return result
    }

    private func numbers(
        of target: StageTarget, _ selection: StageSelection, files: [FilePath]
    ) throws(PipelineError) -> [Int] {
        let file = ProjectPath.rooted(target.file, in: selection.folder)
        let inFile = stages.indices.filter { stages[$0].file == file }
        if !files.contains(file), target.isHere { throw missing(target, selection.folder, files: files) }
        guard let name = target.name else {
            if inFile.isEmpty && !files.contains(file) { throw .missingPipelineFile(target.file) }
            return inFile
        }
        if target.namesFile && !files.contains(file) { throw .missingPipelineFile(target.file) }
        let matches = inFile.filter { number in
            let own = stages[number].name
            if selection.glob { return Glob.matches(name, own) }
            return own.isIdentical(to: name) || stages[number].group?.isIdentical(to: name) == true
        }
        if matches.isEmpty {
            let similar = Similarity.closest(to: name, among: inFile.map { stages[$0].name })
            throw .unknownStage(name: name, file: target.file, similar: similar)
        }
        return matches
    }
}

extension StageGraph {
    /// Why a target means nothing in a folder without a pipeline file, and what to name instead: the nearest file above,
    /// or another one, where it has the stage.
    private func missing(_ target: StageTarget, _ folder: FilePath, files: [FilePath]) -> PipelineError {
        var candidates: [FilePath] = []
        var above = folder
        while above.ascend() { candidates.append(above.appending("dvc.yaml")) }
        candidates = candidates.filter(files.contains) + files
        let owner = candidates.first { file in
            stages.contains { $0.file == file && target.name?.isIdentical(to: $0.name) == true }
        }
        if let name = target.name, owner == nil {
            return .noStage(name: name, similar: Similarity.closest(to: name, among: stages.map(\.name)))
        }
        guard let nearest = candidates.first else { return .missingPipelineFile(target.file) }
        let instead = ProjectPath.relative(owner ?? nearest, from: folder).string
        return .noPipelineHere(instead: owner == nil ? instead : instead + ":" + (target.name ?? ""))
    }
}

/// A target of the command line, taken apart.
struct StageTarget {
    /// The `dvc.yaml` or `.dvc` file, as the user writes it.
    let file: String
    /// The stage; `nil` for all of the file.
    let name: String?
    /// Whether the user named the file.
    let namesFile: Bool
    /// Whether it means the file of the current folder.
    var isHere: Bool { !namesFile || file.isIdentical(to: "dvc.yaml") }

    init(_ text: String) {
        if let colon = Self.separator(in: text) {
            let file = String(text[..<colon])
            let name = String(text[text.index(after: colon)...])
            self.file = file.isEmpty ? "dvc.yaml" : file
            self.name = name.isEmpty ? nil : name
            namesFile = !file.isEmpty
        } else if text.isIdentical(to: "dvc.yaml") || text.hasSuffix("/dvc.yaml") || text.hasSuffix(".dvc") {
            file = text
            name = nil
            namesFile = true
        } else {
            file = "dvc.yaml"
            name = text
            namesFile = false
        }
    }

    /// The colon between file and name; those of a generated stage, such as `group@a:b`, belong to its name.
    private static func separator(in text: String) -> String.Index? {
        // A folder may have a colon in its name.
        if text.hasSuffix("/dvc.yaml") { return nil }
        let colons = text.indices.filter { text[$0] == ":" }
        if let last = colons.last(where: { text[..<$0].hasSuffix("/dvc.yaml") }) { return last }
        guard let first = colons.first else { return nil }
        let file = text[..<first]
        return file.hasSuffix("dvc.yaml") || !file.contains("@") ? first : nil
    }
}
