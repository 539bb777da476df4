import Diagnostics
import HookScripts

/// Why hooks could not be installed, taken away or carried out.
package enum HookError: UserFacingError, Hashable {
    case unknownHook(String)
    case noWorkTree
    case badSetting(name: String, value: String, expected: String)
    case foreignFile(String, problem: String)
    case noFolder(String)

    /// What failed, and on what.
    package var message: String {
        switch self {
        case .unknownHook(let name): "there is no hook '\(Console.sanitized(name))' of git exp"
        case .noWorkTree: "this repository has no work tree, so its hooks have nothing to look after"
        case .badSetting(let name, let value, let expected):
            "the setting '\(name)' is '\(Console.sanitized(value))', expected \(expected)"
        case .noFolder(let path): "hooks are switched off here: 'core.hooksPath' is '\(Console.sanitized(path))'"
        case .foreignFile(let path, let problem): "cannot change the hook '\(Console.sanitized(path))': \(problem)"
        }
    }

    /// What to do next.
    package var hint: String? {
        switch self {
        case .unknownHook: "the hooks are " + HookScript.allCases.map(\.rawValue).joined(separator: ", ")
        case .noWorkTree: "install them in a clone"
        case .badSetting(let name, _, _): "'git config --unset \(name)' brings the default back"
        case .noFolder: "name a folder there, or take the setting away with 'git config --unset core.hooksPath'"
        case .foreignFile: nil
        }
    }
}
