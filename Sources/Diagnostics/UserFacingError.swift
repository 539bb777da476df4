/// An error that a user can act on.
///
/// The message is worded as git words its own: lower case, no full stop, what failed first, the subject in
/// single quotes. The program's entry point alone prints it and takes the exit status from it.
package protocol UserFacingError: Error {
    /// What failed, and on what.
    var message: String { get }
    /// What to do next; `nil` where the message already says it.
    var hint: String? { get }
    /// The status that the program exits with.
    var status: ExitStatus { get }
}

extension UserFacingError {
    /// There is none unless the error says more.
    package var hint: String? { nil }
    /// 128 unless the error says otherwise.
    package var status: ExitStatus { .failure }
}
