import ArgumentParser
import Diagnostics
import Files
import Pipeline
import SystemPackage

struct TextConversion: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "textconv", abstract: "Print a 'dvc.lock' for people to read; 'git diff' calls this.",
        discussion: """
            One line for each command, dependency, parameter and output of a stage, with sizes and the beginnings of \
            hashes. A file that is no lock file is printed as it is.
            """)

    @Argument(help: "The file.")
    var file: String

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let path = Workspace.currentFolder().pushing(FilePath(file))
        guard let bytes = try FileIO.read(path) else {
            throw FileError("read", path, .noSuchFileOrDirectory)
        }
        if let lines = LockDescription.lines(of: bytes) {
            global.console.printRaw(lines.map { $0 + "\n" }.joined())
        } else {
            global.console.relay(bytes, to: 1)
        }
    }
}
