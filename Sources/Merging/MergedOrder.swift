import Files

/// The order of keys after a merge.
enum MergedOrder {
    /// All keys of both sides: in the order of ours, or of theirs where only they changed it; what one side alone has
    /// stands behind what it stands behind there.
    static func keys(base: [ExactString], ours: [ExactString], theirs: [ExactString]) -> [ExactString] {
        let shared = Set(ours).intersection(theirs)
        let inBase = Set(base)
        let common = base.filter(shared.contains)
        func keepsOrder(_ keys: [ExactString]) -> Bool {
            keys.filter { shared.contains($0) && inBase.contains($0) } == common
        }
        return keepsOrder(ours) && !keepsOrder(theirs)
            ? woven(ours, into: theirs, shared) : woven(theirs, into: ours, shared)
    }

    private static func woven(
        _ following: [ExactString], into leading: [ExactString], _ shared: Set<ExactString>
    ) -> [ExactString] {
        var runs: [ExactString: [ExactString]] = [:]
        var pending: [ExactString] = []
        var neighbour: ExactString?
        for key in following {
            if shared.contains(key) {
                neighbour = key
            } else if let neighbour {
                runs[neighbour, default: []].append(key)
            } else {
                pending.append(key)
            }
        }
        var result: [ExactString] = []
        for key in leading {
            if shared.contains(key) {
                result += pending
                pending = runs[key] ?? []
            }
            result.append(key)
        }
        return result + pending
    }
}
