import Cache
import Formats
import Processes

/// Calls `rclone` for one remote; what is secret is in its environment and never among its arguments.
struct RcloneCall: Sendable {
    /// The name of the remote in the project's settings.
    let remote: String
    /// The remote's address, without anything secret.
    let address: String
    let environment: [String: String]
    /// How many things it does at the same time.
    let jobs: Int

    /// How a call ended.
    struct Ending {
        let status: Int32
        let output: [UInt8]
        /// What it says about failures, in one line.
        let complaint: String

        var isSuccess: Bool { status == 0 }
        /// Whether the folder, or the file, was not there.
        var isAbsent: Bool { status == 3 || status == 4 }
    }

    /// Runs it to its end.
    ///
    /// - Parameters:
    ///   - paths: The paths below the address that are meant, for arguments with `--files-from-raw -`.
    ///   - onBytes: Told how many bytes the call has transferred so far.
    /// - Throws: ``RemoteError/noRclone(_:)``, `ProcessError`.
    func run(_ arguments: [String], paths: [String] = [], onBytes: ((Int) -> Void)? = nil) throws -> Ending {
        var words = arguments + ["--use-json-log", "--transfers", "\(jobs)", "--checkers", "\(jobs)"]
        words += ["--low-level-retries", "3", "--stats"]
        words += onBytes == nil ? ["0"] : ["500ms", "--stats-log-level", "NOTICE"]
        let input = paths.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
        let call = ProcessCall(executable: "rclone", arguments: words, environment: environment, input: input)
        let log = RcloneLog(onBytes)
        let running: RunningProcess
        do throws(ProcessError) {
            // Where we are killed it must not go on by itself.
            running = try call.start(isDependent: true)
        } catch {
            if error.code == .noSuchFileOrDirectory { throw RemoteError.noRclone(remote) }
            throw error
        }
        let result = running.wait { log.add($0) }
        let status: Int32 = if case .status(let status) = result.exit { status } else { -1 }
        return Ending(status: status, output: result.output, complaint: log.complaint)
    }

    /// Runs it to its end, which must be a good one.
    ///
    /// - Parameter action: What it does to the remote's address, for the message: `list`.
    /// - Throws: ``RemoteError/rclone(doing:_:says:)``.
    @discardableResult func succeed(
        _ arguments: [String], paths: [String] = [], to action: String, absentIsFine: Bool = false
    ) throws -> [UInt8] {
        let ending = try run(arguments, paths: paths)
        guard ending.isSuccess || (absentIsFine && ending.isAbsent) else {
            throw RemoteError.rclone(doing: action, address, says: ending.complaint)
        }
        return ending.output
    }

    /// A password in the form in which rclone takes it.
    static func obscured(_ secret: String, environment: [String: String], remote: String) throws -> String {
        let call = ProcessCall(
            executable: "rclone", arguments: ["obscure", "-"], environment: environment, input: Array(secret.utf8))
        let result: ProcessResult
        do throws(ProcessError) {
            result = try call.capture()
        } catch {
            if error.code == .noSuchFileOrDirectory { throw RemoteError.noRclone(remote) }
            throw error
        }
        let text = String(decoding: result.output.filter { $0 > 0x20 }, as: UTF8.self)
        guard result.exit.isSuccess, !text.isEmpty else {
            let complaint = String(decoding: result.error, as: UTF8.self)
            throw RemoteError.rclone(doing: "prepare the password of", remote, says: complaint)
        }
        return text
    }
}

/// What `rclone` writes to its standard error, line by line: JSON objects, and plain text before it gives up.
private final class RcloneLog {
    private let onBytes: ((Int) -> Void)?
    private var rest: [UInt8] = []
    private var complaints: [String] = []

    init(_ onBytes: ((Int) -> Void)?) { self.onBytes = onBytes }

    func add(_ bytes: ArraySlice<UInt8>) {
        rest += bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            line(Array(rest[..<end]))
            rest.removeFirst(end + 1)
        }
    }

    private func line(_ bytes: [UInt8]) {
        guard let entry = try? JSON.parse(bytes, file: "rclone").mapping else {
            // "2026/01/31 12:00:00 Failed to …"
            let text = String(decoding: bytes, as: UTF8.self)
            let words = text.split(separator: " ", maxSplits: 2)
            let isDated = words.count == 3 && words[0].utf8.count == 10 && words[1].utf8.count == 8
            return note(isDated ? String(words[2]) : text)
        }
        if let statistics = entry["stats"]?.mapping {
            if case .int(let bytes)? = statistics["bytes"] { onBytes?(bytes) }
            return
        }
        guard case .string(let level)? = entry["level"], case .string(let text)? = entry["msg"] else { return }
        if ["error", "critical", "fatal", "alert", "emergency"].contains(level) { note(text) }
    }

    private func note(_ text: String) {
        var text = text[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        // Attempts are counted in messages of their own, which repeat the others.
        let isRepetition = text.hasPrefix("Attempt ") || text.hasPrefix("Fatal error received")
        if text.isEmpty || isRepetition || complaints.count > 20 { return }
        if !complaints.contains(String(text)) { complaints.append(String(text)) }
    }

    var complaint: String {
        if !rest.isEmpty { add([UInt8(ascii: "\n")]) }
        return complaints.first ?? ""
    }
}
