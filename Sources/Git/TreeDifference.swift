/// Which files differ between two trees.
extension Repository {
    /// The paths of files that are in one tree only or differ in contents or mode, in git's order.
    ///
    /// Subtrees with the same id are not read.
    package func differingPaths(_ left: TreeID, _ right: TreeID) throws(GitError) -> [String] {
        var result: [String] = []
        try compare(left, right, below: "", into: &result)
        return result
    }

    private func compare(
        _ left: TreeID?, _ right: TreeID?, below prefix: String, into result: inout [String]
    ) throws(GitError) {
        if left == right { return }
        var old: [String: TreeEntry] = [:]
        if let left { for entry in try entries(of: left) { old[entry.name] = entry } }
        let new = try right.map { (id) throws(GitError) in try entries(of: id) } ?? []
        let names = Set(new.map(\.name))
        for entry in new {
            try compare(old[entry.name], entry, at: prefix + entry.name, into: &result)
        }
        for entry in old.values.sorted(by: { $0.name < $1.name }) where !names.contains(entry.name) {
            try compare(entry, nil, at: prefix + entry.name, into: &result)
        }
    }

    private func compare(
        _ left: TreeEntry?, _ right: TreeEntry?, at path: String, into result: inout [String]
    ) throws(GitError) {
        if left == right { return }
        let leftTree = left?.kind == .directory ? left?.tree : nil
        let rightTree = right?.kind == .directory ? right?.tree : nil
        if leftTree != nil || rightTree != nil { try compare(leftTree, rightTree, below: path + "/", into: &result) }
        if (left != nil && leftTree == nil) || (right != nil && rightTree == nil) { result.append(path) }
    }
}
