import Git

/// `exp.checkoutDuring`: in the middle of which operations of git data follows the commits.
package struct FollowingRule {
    private let allowed: Set<GitOperation>

    /// - Throws: ``HookError/badSetting(name:value:expected:)``.
    package init(_ settings: GitSettings) throws(HookError) {
        guard let text = settings["exp.checkoutduring"] else {
            allowed = []
            return
        }
        var allowed: Set<GitOperation> = []
        for word in text.lowercased().split(whereSeparator: { $0 == "," || $0 == " " }) {
            switch word {
            case "all", "true": allowed.formUnion(GitOperation.allCases)
            case "none", "false": continue
            case let word:
                guard let operation = GitOperation(rawValue: String(word)) else {
                    throw .badSetting(
                        name: "exp.checkoutDuring", value: text,
                        expected: "all, none, or some of rebase, cherry-pick, merge and bisect")
                }
                allowed.insert(operation)
            }
        }
        self.allowed = allowed
    }

    /// Whether data is to be brought while git is in the middle of these.
    package func allows(_ operations: Set<GitOperation>) -> Bool { operations.isSubset(of: allowed) }
}
