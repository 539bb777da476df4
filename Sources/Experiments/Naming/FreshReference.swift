import Git

extension ExperimentReference {
    /// Whether a baseline has an experiment of this name.
    static func isTaken(_ name: String, baseline: CommitID, in repository: Repository) throws -> Bool {
        try repository.commit(named: ExperimentReference(baseline: baseline, name: name).fullName) != nil
    }

    /// The reference of an experiment that is about to be made, and what it must hold until then.
    ///
    /// - Parameters:
    ///   - name: What the user calls it; `nil` draws a name.
    ///   - replacing: Whether an experiment of the name may be replaced, whatever it holds now.
    ///   - isPromised: Whether a name is given to something that is to become an experiment.
    /// - Throws: ``ExperimentError/nameTaken(_:baseline:)``.
    static func fresh(
        named name: String?, baseline: CommitID, replacing: Bool, in repository: Repository,
        isPromised: (String) -> Bool = { _ in false }
    ) throws -> (reference: ExperimentReference, expected: ExpectedReference) {
        guard let name else {
            var generator = SystemRandomNumberGenerator()
            let drawn = try ExperimentName.draw(using: &generator) {
                try isPromised($0) || isTaken($0, baseline: baseline, in: repository)
            }
            return (ExperimentReference(baseline: baseline, name: drawn), .absent)
        }
        let reference = ExperimentReference(baseline: baseline, name: name)
        let isThere = try isTaken(name, baseline: baseline, in: repository)
        guard isThere || isPromised(name) else { return (reference, .absent) }
        if !replacing { throw ExperimentError.nameTaken(name, baseline: baseline.short) }
        return (reference, isThere ? .anything : .absent)
    }
}
