import Files
import SystemPackage

/// Which stage needs which: by outputs that are dependencies, or parameter files, of others.
package struct StageGraph: Sendable {
    /// All stages of the project, in the order in which their files were found and written.
    package let stages: [Stage]
    /// For each stage the stages that it needs, in the order of its dependencies.
    let upstream: [[Int]]
    /// For each stage the stages that need it, in their own order.
    let downstream: [[Int]]

    /// - Parameters:
    ///   - stages: Every stage of the project.
    ///   - checking: Whether to refuse outputs in each other's way and circles; commands that look at single stages
    ///     do without.
    /// - Throws: ``PipelineError`` for the first such fault.
    package init(_ stages: [Stage], checking: Bool = true) throws(PipelineError) {
        let outputs = try OutputIndex(stages, checking: checking)
        var upstream: [[Int]] = []
        var downstream = [[Int]](repeating: [], count: stages.count)
        for (number, stage) in stages.enumerated() {
            var needed: [Int] = []
            for path in stage.dependencies.map(\.rooted) + stage.parameters.map(\.rooted) {
                for writer in outputs.writers(of: path) where !needed.contains(writer) { needed.append(writer) }
            }
            upstream.append(needed)
            for writer in needed { downstream[writer].append(number) }
        }
        self.stages = stages
        self.upstream = upstream
        self.downstream = downstream
        guard checking else { return }
        for stage in stages {
            guard let output = outputs.output(around: stage.file) else { continue }
            throw .pipelineInOutput(file: stage.file.string, output: output.string)
        }
        try refuseCircles()
    }

    /// The numbers of the stages that a stage waits for: none where it is frozen.
    func active(_ number: Int) -> [Int] { stages[number].isFrozen ? [] : upstream[number] }

    private func refuseCircles() throws(PipelineError) {
        enum Mark { case new, open, done }
        var marks = [Mark](repeating: .new, count: stages.count)
        for start in stages.indices where marks[start] == .new {
            var path = [(stage: start, next: 0)]
            marks[start] = .open
            while let (stage, next) = path.last {
                guard next < upstream[stage].count else {
                    marks[stage] = .done
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let needed = upstream[stage][next]
                if marks[needed] == .open {
                    let circle = path.drop { $0.stage != needed }
                    throw .cycle(stages: circle.map { stages[$0.stage].address() })
                }
                if marks[needed] == .new {
                    marks[needed] = .open
                    path.append((needed, 0))
                }
            }
        }
    }

    /// Stages in the order of a depth-first walk that visits what a stage leads to before the stage.
    ///
    /// - Parameters:
    ///   - starts: Where the walk begins, one after the other.
    ///   - edges: What each stage leads to.
    func postOrder(from starts: [Int], along edges: (Int) -> [Int]) -> [Int] {
        var seen = [Bool](repeating: false, count: stages.count)
        var order: [Int] = []
        for start in starts where !seen[start] {
            seen[start] = true
            var path = [(stage: start, rest: edges(start)[...])]
            while let top = path.last {
                guard let next = path[path.count - 1].rest.popFirst() else {
                    order.append(top.stage)
                    path.removeLast()
                    continue
                }
                if seen[next] { continue }
                seen[next] = true
                path.append((next, edges(next)[...]))
            }
        }
        return order
    }

    /// The stages that a stage needs, directly or through others, in the order of the project; frozen stages need
    /// theirs too here.
    package func ancestors(of stage: Stage) -> [Stage] { reached(from: stage) { upstream[$0] } }

    /// Pairs of stages: the second needs the first. In the order of the second, then of its dependencies.
    package var edges: [(from: Stage, to: Stage)] {
        stages.indices.flatMap { to in upstream[to].map { (stages[$0], stages[to]) } }
    }

    /// Who waits for whom among some of the stages; the numbers are places in `chosen`.
    ///
    /// Frozen stages wait for nobody.
    func links(among chosen: [Stage]) -> (upstream: [[Int]], downstream: [[Int]]) {
        var places: [FilePath: [ExactString: Int]] = [:]
        for (place, stage) in chosen.enumerated() { places[stage.file, default: [:]][ExactString(stage.name)] = place }
        var links = (
            upstream: [[Int]](repeating: [], count: chosen.count),
            downstream: [[Int]](repeating: [], count: chosen.count)
        )
        func place(_ number: Int) -> Int? { places[stages[number].file]?[ExactString(stages[number].name)] }
        for number in stages.indices {
            guard let own = place(number) else { continue }
            links.upstream[own] = active(number).compactMap(place)
            for needed in links.upstream[own] { links.downstream[needed].append(own) }
        }
        return links
    }

    /// The stage that writes exactly this path, and the output.
    func writer(of path: FilePath) -> (stage: Stage, output: Output)? {
        for stage in stages {
            if let output = stage.outputs.first(where: { $0.rooted == path }) { return (stage, output) }
        }
        return nil
    }

    private func reached(from stage: Stage, along edges: (Int) -> [Int]) -> [Stage] {
        guard let start = number(of: stage) else { return [] }
        return postOrder(from: [start], along: edges).filter { $0 != start }.sorted().map { stages[$0] }
    }

    /// The place of a stage in `stages`.
    func number(of stage: Stage) -> Int? {
        stages.firstIndex { $0.isSame(as: stage) }
    }
}
