import Clibgit2
import Diagnostics

/// What libgit2 refused, worded for a user.
package struct GitError: UserFacingError, Hashable {
    /// libgit2's return codes; an open set, because releases add to it.
    package struct Code: RawRepresentable, Hashable, Sendable {
        /// Negative, as `git_error_code` of libgit2 has them.
        package let rawValue: Int32
        /// Takes any code, also one that no constant below names.
        package init(rawValue: Int32) { self.rawValue = rawValue }

        /// There is no such object or reference.
        package static let notFound = Code(rawValue: GIT_ENOTFOUND.rawValue)
        /// What was to be made is there already.
        package static let exists = Code(rawValue: GIT_EEXISTS.rawValue)
        /// Short digits that several objects begin with.
        package static let ambiguous = Code(rawValue: GIT_EAMBIGUOUS.rawValue)
        /// Somebody else holds the lock of the file.
        package static let locked = Code(rawValue: GIT_ELOCKED.rawValue)
        /// A reference does not hold what it was expected to.
        package static let modified = Code(rawValue: GIT_EMODIFIED.rawValue)
        /// The repository belongs to another user.
        package static let owner = Code(rawValue: GIT_EOWNER.rawValue)
        /// A text that cannot be the name of a reference or a revision.
        package static let invalidName = Code(rawValue: GIT_EINVALIDSPEC.rawValue)
        /// Our own refusals, which no libgit2 call returned.
        package static let refused = Code(rawValue: Int32.min)
    }

    /// For callers that go on after some refusals.
    package let code: Code
    /// For users; mostly what was being done, then libgit2's words.
    package let message: String
    /// What to do next; `nil` for most.
    package let hint: String?

    /// Takes a refusal that is worded for users already.
    package init(code: Code, message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// The same refusal, told by what was being done.
    func during(_ action: String, hint: String? = nil) -> GitError {
        GitError(code: code, message: "\(action): \(message)", hint: hint ?? self.hint)
    }
}

/// Calls libgit2 and turns a negative result into an error.
///
/// - Returns: The result, which is not negative.
/// - Throws: ``GitError`` with libgit2's message, which is thread-local and therefore copied at once.
@discardableResult
func check(_ call: () -> Int32) throws(GitError) -> Int32 {
    prepareLibrary()
    let code = call()
    guard code < 0 else { return code }
    defer { git_error_clear() }
    let message = git_error_last().map { String(cString: $0.pointee.message) }
    throw GitError(code: .init(rawValue: code), message: message ?? "libgit2 failed with code \(code)")
}

func prepareLibrary() { _ = libraryIsReady }

/// Once, on first use: `--version` never pays for it. Blobs are verified by `git fsck`, not at each read, and
/// what a tree or a reference names was written or read just before.
private let libraryIsReady: Bool = {
    guard git_libgit2_init() > 0 else { return false }
    _ = git_exp_disable_hash_verification()
    _ = git_exp_disable_object_checks()
    let extensions = ["worktreeconfig", "relativeworktrees", "partialclone", "preciousobjects"]
    withCStrings(extensions) { names in
        var names = names
        _ = names.withUnsafeMutableBufferPointer { git_exp_accept_extensions($0.baseAddress, $0.count) }
    }
    return true
}()

func withCStrings<Result>(_ strings: [String], _ body: ([UnsafePointer<CChar>?]) -> Result) -> Result {
    func step(_ index: Int, _ collected: [UnsafePointer<CChar>?]) -> Result {
        index == strings.count ? body(collected) : strings[index].withCString { step(index + 1, collected + [$0]) }
    }
    return step(0, [])
}
