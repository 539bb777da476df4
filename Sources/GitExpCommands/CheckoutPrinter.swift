import Diagnostics
import Pipeline
import SystemPackage

/// Tells what bringing data did to the workspace.
struct CheckoutPrinter {
    private let report: DataCheckout.Report
    private let folder: FilePath

    /// - Parameter folder: Where paths are seen from, relative to the project root.
    init(_ report: DataCheckout.Report, folder: FilePath) {
        self.report = report
        self.folder = folder
    }

    /// One line for each output.
    func printPaths(_ console: Console) {
        for (letter, paths) in [("M", report.modified), ("A", report.added), ("D", report.deleted)] {
            for path in paths {
                let shown = ProjectPath.relative(FilePath(path), from: folder).string
                console.print("\(letter)\t" + Console.sanitized(shown + (path.hasSuffix("/") ? "/" : "")))
            }
        }
    }

    /// Numbers of files with what happened to them.
    var counts: [(count: Int, done: String)] {
        [(report.count.modified, "modified"), (report.count.added, "added"), (report.count.deleted, "deleted")]
    }

    /// Tells of what could not be brought.
    ///
    /// - Throws: The error where there was one, `ExitStatus.failure` after more than one was told.
    func complain(_ console: Console) throws {
        guard let first = report.failures.first else { return }
        if report.failures.count == 1 { throw first.error }
        for failure in report.failures { console.complain(failure.error.message) }
        if let hint = first.error.hint { console.hint(hint) }
        throw ExitStatus.failure
    }
}
