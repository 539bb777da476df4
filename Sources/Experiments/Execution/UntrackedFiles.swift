import Diagnostics
import Files
import Git
import SystemPackage

/// Files that a command may have read although no commit has them, so that the experiment could not be repeated.
///
/// Looking for them takes a walk through all folders, which a run that is over at once is spared.
struct UntrackedFiles {
    private let context: ExperimentContext
    private let index: any WorkspaceIndex
    private let start = Self.seconds()

    /// Notes when the run begins.
    ///
    /// - Parameter index: The one that the experiment's commits are made from.
    init(_ context: ExperimentContext, _ index: any WorkspaceIndex) {
        self.context = context
        self.index = index
    }

    /// Names the files that no commit of the experiment has got, after a run of a second or more.
    func announce() {
        guard Self.seconds() - start >= 1, let found = try? index.untracked([context.prefix]).filter(Self.counts),
            !found.isEmpty
        else { return }
        let hidden = context.prefix.isEmpty ? 0 : context.prefix.string.utf8.count + 1
        let names = found.prefix(5).map { name in
            "'\(Console.sanitized(String(decoding: name.utf8.dropFirst(hidden), as: UTF8.self)))'"
        }
        let list = names.joined(separator: ", ") + (found.count > names.count ? ", …" : "")
        context.console.note(
            found.count == 1
                ? "1 untracked file is not part of the experiment: \(list); 'git add' it to have it recorded"
                : "\(found.count) untracked files are not part of the experiment: \(list); 'git add' them to have them recorded"
        )
    }

    /// Not what Python leaves behind.
    private static func counts(_ name: String) -> Bool {
        !name.utf8.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("__pycache__".utf8) }
    }

    /// Of a clock that nobody sets.
    private static func seconds() -> Double { Double(Clock.steady()) / 1e9 }
}
