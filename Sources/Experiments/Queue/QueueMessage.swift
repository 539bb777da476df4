import Diagnostics
import Files
import Formats
import Git
import SystemPackage

/// The file by which an entry is queued, in the form of DVC: a message for its workers.
struct QueueMessage: Sendable {
    /// The file's name.
    var file: String
    let task: String
    let stash: CommitID
    let baseline: CommitID
    let start: CommitID
    let name: String
    /// The experiment that grows, where DVC queued it.
    let branch: String?
    let copies: [String]
    let message: String?

    static let ending = ".celery.msg"
    /// How the names of files end that this program took.
    private static let ownEnding = ".git-exp.celery.msg"

    /// Whether this program took the entry, and no worker of DVC.
    var isOurs: Bool { file.hasSuffix(Self.ownEnding) }

    /// The name of the file once it is taken.
    var takenName: String { isOurs ? file : String(file.dropLast(Self.ending.count)) + Self.ownEnding }

    /// The name of the file while it waits.
    var waitingName: String { isOurs ? String(file.dropLast(Self.ownEnding.count)) + Self.ending : file }

    init(_ run: FrozenRun, copies: [String], message: String?, after last: String?) {
        task = Self.uuid()
        stash = run.stash
        baseline = run.reference.baseline
        start = run.start
        name = run.reference.name
        branch = run.extends ? run.reference.fullName : nil
        self.copies = copies
        self.message = message
        file = "\(Self.turn(after: last))_\(Self.uuid())\(Self.ending)"
    }

    /// Reads a message.
    ///
    /// - Returns: `nil` for what is none of an experiment, or could not be one.
    init?(reading path: FilePath) {
        guard let file = path.lastComponent?.string, let bytes = try? FileIO.read(path) else { return nil }
        self.init(bytes, file: file)
    }

    /// Takes the contents of a message's file, and the file's name.
    ///
    /// - Returns: `nil` for what is none of an experiment, or could not be one.
    init?(_ bytes: [UInt8], file: String) {
        guard file.hasSuffix(Self.ending), let envelope = try? JSON.parse(bytes, file: file).mapping,
            let task = envelope["headers"]?.mapping?["id"]?.string, Self.isPlain(task),
            let body = envelope["body"]?.string.flatMap(Base64.decode),
            let parts = try? JSON.parse(body, file: file).list, parts.count >= 2,
            let entry = parts[0].list?.first?.mapping,
            let stash = entry["stash_rev"]?.string.flatMap({ CommitID($0) }),
            let baseline = entry["baseline_rev"]?.string.flatMap({ CommitID($0) })
        else { return nil }
        self.file = file
        self.task = task
        self.stash = stash
        self.baseline = baseline
        start = entry["head_rev"]?.string.flatMap { CommitID($0) } ?? baseline
        name = entry["name"]?.string ?? ""
        branch = entry["branch"]?.string
        copies = (parts[1].mapping?["copy_paths"]?.list ?? []).compactMap(\.string)
        message = parts[1].mapping?["message"]?.string
    }

    /// The file's contents.
    ///
    /// - Parameters:
    ///   - root: The project's root.
    ///   - top: The top of the work tree.
    func bytes(root: FilePath, top: FilePath) -> [UInt8] {
        func text(_ value: String?) -> Value { value.map { .string($0) } ?? .null }
        let entry = Mapping([
            ("dvc_root", .string(root.string)), ("scm_root", .string(top.string)),
            ("stash_ref", .string(QueueStash.waiting)), ("stash_rev", .string(stash.hex)),
            ("baseline_rev", .string(baseline.hex)), ("branch", text(branch)), ("name", .string(name)),
            ("head_rev", .string(start.hex)),
        ])
        let options = Mapping([("copy_paths", .list(copies.map { .string($0) })), ("message", text(message))])
        let links = Mapping(["callbacks", "errbacks", "chain", "chord"].map { ($0, .null) })
        let body = JSON.pythonDumpsBytes(.list([.list([.mapping(entry)]), .mapping(options), .mapping(links)]))
        let headers = Mapping([
            ("lang", .string("py")), ("task", .string("dvc.repo.experiments.queue.tasks.run_exp")),
            ("id", .string(task)), ("shadow", .null), ("eta", .null), ("expires", .null), ("group", .null),
            ("group_index", .null), ("retries", .int(0)), ("timelimit", .list([.null, .null])),
            ("root_id", .string(task)), ("parent_id", .null), ("argsrepr", .string("()")),
            ("kwargsrepr", .string("{}")), ("origin", .string("git-exp")), ("ignore_result", .bool(false)),
        ])
        let delivery = Mapping([("exchange", .string("")), ("routing_key", .string("celery"))])
        let properties = Mapping([
            ("correlation_id", .string(task)), ("reply_to", .string(Self.uuid())), ("delivery_mode", .int(2)),
            ("delivery_info", .mapping(delivery)), ("priority", .int(0)), ("body_encoding", .string("base64")),
            ("delivery_tag", .string(Self.uuid())),
        ])
        let envelope = Mapping([
            ("body", .string(Base64.encode(body))), ("content-encoding", .string("utf-8")),
            ("content-type", .string("application/json")), ("headers", .mapping(headers)),
            ("properties", .mapping(properties)),
        ])
        return JSON.pythonDumpsBytes(.mapping(envelope))
    }

    /// The number that a name begins with, which is the order of the queue: milliseconds of a clock that only goes on.
    private static func turn(after last: String?) -> Int {
        max(Int(Clock.steady() / 1_000_000), (last.flatMap(number) ?? 0) + 1)
    }

    private static func number(of file: String) -> Int? {
        file.split(separator: "_", maxSplits: 1).first.flatMap { $0.count < 16 ? Int($0) : nil }
    }

    /// A name that comes before another one.
    func name(before first: String) -> String? {
        guard let number = Self.number(of: first), number > 0,
            let own = waitingName.split(separator: "_", maxSplits: 1).last
        else { return nil }
        let digits = String(number - 1)
        let width = first.utf8.firstIndex(of: UInt8(ascii: "_")).map {
            first.utf8.distance(from: first.startIndex, to: $0)
        }
        return String(repeating: "0", count: max(0, (width ?? 0) - digits.count)) + digits + "_" + own
    }

    private static func uuid() -> String {
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }.joined(separator: "-")
    }

    /// Whether a text can be a part of a file's name.
    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count < 100
            && text.utf8.allSatisfy {
                $0 == 45 || (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
            }
    }
}

/// The messages that were read: who waits for entries looks at all of them again and again, and a file never changes.
final class KnownMessages {
    private var messages: [FilePath: QueueMessage] = [:]

    /// The message in a file, as ``QueueMessage/init(reading:)`` has it.
    func message(at path: FilePath) -> QueueMessage? {
        if let message = messages[path] { return message }
        let message = QueueMessage(reading: path)
        messages[path] = message
        return message
    }
}
