/// The hooks of git that this program takes part in; the raw value is git's name for the hook.
///
/// Their scripts stand beside this file, and are part of the program.
package enum HookScript: String, CaseIterable, Sendable {
    case preCommit = "pre-commit"
    case postCheckout = "post-checkout"
    case postMerge = "post-merge"
    case postRewrite = "post-rewrite"
    case prePush = "pre-push"

    /// The whole script: the line that names the shell, then our block.
    package var bytes: [UInt8] {
        switch self {
        case .preCommit: PackageResources.pre_commit
        case .postCheckout: PackageResources.post_checkout
        case .postMerge: PackageResources.post_merge
        case .postRewrite: PackageResources.post_rewrite
        case .prePush: PackageResources.pre_push
        }
    }
}
