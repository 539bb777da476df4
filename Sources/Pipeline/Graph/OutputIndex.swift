import Files
import SystemPackage

/// All outputs of a project, found by path: the same, above or below it.
struct OutputIndex {
    /// The numbers of the stages in their graph, by what they write.
    private var owners: [FilePath: Int] = [:]
    /// Paths with a closing slash, by their bytes: what is below a folder stands together.
    private var sorted: [ExactString] = []
    private var byKey: [ExactString: Int] = [:]

    /// - Throws: ``PipelineError/sharedOutput(path:stages:)`` or ``PipelineError/nestedOutputs(outer:outerStage:inner:innerStage:)``
    ///   where `checking` and two outputs want the same place.
    init(_ stages: [Stage], checking: Bool) throws(PipelineError) {
        for (number, stage) in stages.enumerated() {
            for output in stage.outputs {
                if let other = owners[output.rooted] {
                    guard checking else { continue }
                    throw .sharedOutput(
                        path: output.rooted.string, stages: [stages[other].address(), stage.address()])
                }
                owners[output.rooted] = number
                byKey[Self.key(output.rooted)] = number
            }
        }
        sorted = byKey.keys.sorted()
        if checking { try refuseNesting(stages) }
    }

    private static func key(_ path: FilePath) -> ExactString { ExactString(path.string + "/") }

    private func refuseNesting(_ stages: [Stage]) throws(PipelineError) {
        for index in sorted.indices.dropFirst() {
            let (outer, inner) = (sorted[index - 1], sorted[index])
            guard inner.text.utf8.starts(with: outer.text.utf8) else { continue }
            guard let outerOwner = byKey[outer], let innerOwner = byKey[inner] else { continue }
            throw .nestedOutputs(
                outer: String(outer.text.dropLast()), outerStage: stages[outerOwner].address(),
                inner: String(inner.text.dropLast()), innerStage: stages[innerOwner].address())
        }
    }

    /// The stages that write a path, a folder that holds it, or something inside it, in the order of the stages.
    func writers(of path: FilePath) -> [Int] {
        var found: [Int] = []
        var above = path
        while true {
            if let owner = owners[above] { found.append(owner) }
            if !above.ascend() { break }
        }
        let key = path.isEmpty ? ExactString("") : Self.key(path)
        var index = firstIndex(notBefore: key)
        while index < sorted.count, sorted[index].text.utf8.starts(with: key.text.utf8) {
            if let owner = byKey[sorted[index]] { found.append(owner) }
            index += 1
        }
        found.sort()
        return found.indices.filter { $0 == 0 || found[$0 - 1] != found[$0] }.map { found[$0] }
    }

    /// The output that a path is, or is inside of.
    func output(around path: FilePath) -> FilePath? {
        var above = path
        while !above.isEmpty {
            if owners[above] != nil { return above }
            if !above.ascend() { break }
        }
        return nil
    }

    private func firstIndex(notBefore key: ExactString) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
