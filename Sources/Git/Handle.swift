import Clibgit2

/// The owner of one libgit2 object; it never leaves the module.
struct Handle: ~Copyable {
    typealias Free = @convention(c) (OpaquePointer?) -> Void
    let raw: OpaquePointer
    private let free: Free

    init(_ free: @escaping Free, _ make: (inout OpaquePointer?) -> Int32) throws(GitError) {
        var raw: OpaquePointer?
        try check { make(&raw) }
        guard let raw else { throw GitError(code: .notFound, message: "libgit2 returned no object") }
        self.raw = raw
        self.free = free
    }

    deinit { free(raw) }
}
