import Diagnostics
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Who commits here, as git decides it.
package struct Identity: Sendable {
    private let name: String
    private let email: String
    /// A time that the environment fixed; otherwise each commit has the time at which it is made.
    private let fixed: Signature?

    /// The identity of the committer in a repository.
    ///
    /// Plain settings are read here; anything that needs git's own rules is asked of `git var`.
    /// - Throws: ``IdentityError`` where git has none.
    package init(of repository: Repository, settings: GitSettings) throws {
        if getenvironment("GIT_COMMITTER_DATE") == nil, let (name, email) = Self.plain(settings) {
            self.name = name
            self.email = email
            fixed = nil
            return
        }
        let place = repository.workTree ?? repository.gitDirectory
        let answer = try GitCommand(in: place).run("var", "GIT_COMMITTER_IDENT")
        guard answer.exit.isSuccess, let signature = Signature(parsing: answer.text) else {
            throw IdentityError(complaint: answer.complaint)
        }
        name = signature.name
        email = signature.email
        fixed = getenvironment("GIT_COMMITTER_DATE") == nil ? nil : signature
    }

    private static func plain(_ settings: GitSettings) -> (String, String)? {
        let name = getenvironment("GIT_COMMITTER_NAME") ?? settings["committer.name"] ?? settings["user.name"]
        let email = getenvironment("GIT_COMMITTER_EMAIL") ?? settings["committer.email"] ?? settings["user.email"]
        guard let name, let email, isClean(name), isClean(email) else { return nil }
        return (name, email)
    }

    /// Whether git would take the text as it is: it strips punctuation and blanks at the ends, and `<`, `>` and
    /// line feeds anywhere.
    private static func isClean(_ text: String) -> Bool {
        func isCrud(_ byte: UInt8) -> Bool { byte <= 32 || ".,:;<>\"\\'".utf8.contains(byte) }
        guard let first = text.utf8.first, let last = text.utf8.last, !isCrud(first), !isCrud(last) else {
            return false
        }
        return !text.utf8.contains { $0 == 10 || $0 == 60 || $0 == 62 || $0 == 0 }
    }

    /// A signature for a commit that is made now.
    package func signature() -> Signature {
        if let fixed { return fixed }
        var now = time(nil)
        var local = tm()
        localtime_r(&now, &local)
        return Signature(name: name, email: email, seconds: Int64(now), offset: local.tm_gmtoff / 60)
    }
}

/// Git does not know who the user is.
package struct IdentityError: UserFacingError, Hashable {
    let complaint: String

    /// The same whatever git complained of.
    package var message: String { "cannot commit: git does not know your name and email" }
    /// The two settings that commits need.
    package var hint: String? {
        "tell it: git config --global user.name \"Your Name\" && git config --global user.email you@example.com"
    }
}
