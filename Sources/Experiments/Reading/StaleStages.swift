import Files
import Pipeline
import SystemPackage

/// Tells which stages of a revision last ran on data that the stages before them have replaced since.
///
/// A checkpoint of a training holds the entries of the stages behind it as the experiment before left them: their
/// metrics are those of another model.
struct StaleStages {
    /// Something that one stage makes and another one reads.
    private struct Link {
        let maker: Stage
        /// Both as the lock file has them.
        let output: String
        let dependency: String
    }

    /// By the address of the stage that reads.
    private let links: [ExactString: [Link]]

    init(of files: [PipelineFile]) {
        var makers: [FilePath: (stage: Stage, output: String)] = [:]
        for stage in files.flatMap(\.stages) {
            for output in stage.outputs { makers[output.rooted] = (stage, output.path) }
        }
        var links: [ExactString: [Link]] = [:]
        for stage in files.flatMap(\.stages) {
            let read = stage.dependencies.compactMap { dependency in
                makers[dependency.rooted].map {
                    Link(maker: $0.stage, output: $0.output, dependency: dependency.path)
                }
            }
            if !read.isEmpty { links[ExactString(stage.address())] = read }
        }
        self.links = links
    }

    /// Whether the hash of what the stage, or one before it, read differs from that of what is there now.
    ///
    /// - Parameter entry: What the lock file of the revision says of a stage.
    func contains(_ stage: Stage, entry: (Stage) throws -> LockFile.StageEntries?) rethrows -> Bool {
        if links.isEmpty { return false }
        var seen: Set<ExactString> = []
        var stages = [stage]
        while let stage = stages.popLast() {
            let address = ExactString(stage.address())
            guard seen.insert(address).inserted, let read = links[address], let own = try entry(stage) else { continue }
            for link in read {
                let used = own.dependencies.first { $0.path.isIdentical(to: link.dependency) }
                let made = try entry(link.maker)?.outputs.first { $0.path.isIdentical(to: link.output) }
                if let used, let made, used.generation == made.generation, let old = used.md5, let new = made.md5,
                    !old.isIdentical(to: new)
                {
                    return true
                }
                stages.append(link.maker)
            }
        }
        return false
    }
}
