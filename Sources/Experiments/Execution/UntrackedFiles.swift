import Diagnostics
import Git
import SystemPackage

/// Files that a command may read although no commit has them, so that the experiment could not be repeated.
///
/// They are looked for while a command runs, which then costs nobody time.
final class UntrackedFiles {
    private let context: ExperimentContext
    private let index: any WorkspaceIndex
    private var found: [String]?

    /// - Parameter index: The one that the experiment's commits are made from.
    init(_ context: ExperimentContext, _ index: any WorkspaceIndex) {
        self.context = context
        self.index = index
    }

    /// Looks once; what is made later is no input of the first command.
    func look() {
        if found == nil { found = (try? index.untracked([context.prefix])) ?? [] }
    }

    /// Names those that no commit of the experiment has got meanwhile.
    func announce() {
        guard let found, !found.isEmpty,
            let left = try? index.untracked(found.map { FilePath($0) }).filter(Self.counts), !left.isEmpty
        else { return }
        let hidden = context.prefix.isEmpty ? 0 : context.prefix.string.utf8.count + 1
        let names = left.prefix(5).map { name in
            "'\(Console.sanitized(String(decoding: name.utf8.dropFirst(hidden), as: UTF8.self)))'"
        }
        let list = names.joined(separator: ", ") + (left.count > names.count ? ", …" : "")
        context.console.note(
            left.count == 1
                ? "1 untracked file is not part of the experiment: \(list); 'git add' it to have it recorded"
                : "\(left.count) untracked files are not part of the experiment: \(list); 'git add' them to have them recorded"
        )
    }

    /// Not what Python leaves behind.
    private static func counts(_ name: String) -> Bool {
        !name.utf8.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("__pycache__".utf8) }
    }
}
