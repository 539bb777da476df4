import Diagnostics
import Files
import Git
import Pipeline
import SystemPackage

/// A Git remote, reached by the user's own `git`, so that credentials, ssh, proxies and hooks are those of `git push`.
package struct GitRemote {
    /// A remote's name, or an address, as the user gave it.
    package let name: String
    private let context: ExperimentContext
    private let git: GitCommand
    private let place: FilePath
    /// So many references go with one call: the words of a call must not become too long.
    private static let batch = 4_000

    /// - Parameter name: `nil` means `origin`, or else the only remote.
    /// - Throws: ``SharingError/badRemote(_:)`` for what git could take for an option, or what hides something;
    ///   ``SharingError/noRemote(_:)``.
    package init(_ name: String?, _ context: ExperimentContext) throws {
        self.context = context
        // A path that a user gives is seen from where the user is, and not from the folder of a temporary run.
        let home = context.ticket?.home ?? context.project.root
        let folder = home.pushing(context.folder)
        place = try FileStatus.of(folder, followingLinks: true)?.kind == .directory ? folder : home
        git = GitCommand(in: place)
        if let name {
            guard !name.isEmpty, !name.hasPrefix("-"), !Self.hasControl(name) else {
                throw SharingError.badRemote(name)
            }
            self.name = name
            return
        }
        let names = try git.output("remote").split(separator: "\n").map(String.init)
        guard let chosen = names.contains("origin") ? "origin" : names.count == 1 ? names.first : nil,
            !chosen.hasPrefix("-")
        else { throw SharingError.noRemote(names) }
        self.name = chosen
        context.console.note("Git remote '\(Console.sanitized(chosen))'")
    }

    private static func hasControl(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
    }

    // MARK: Reading

    /// The experiments that are there, sorted by their references.
    ///
    /// What has another shape, or a name that could be taken for something else, is passed over.
    /// - Parameter forPushing: Whether to look where a push goes, if that is another address.
    /// - Throws: ``SharingError/unreadable(_:experiment:)``.
    package func experiments(forPushing: Bool) throws -> ExperimentCatalog {
        let address = forPushing ? context.settings["remote.\(name).pushurl"] ?? name : name
        guard !address.hasPrefix("-") else { throw SharingError.badRemote(address) }
        let words = ErrorWords(context.console)
        let answer = try git.run(["ls-remote", "--refs", "--", address, "refs/exps/*"], onError: words.take)
        words.finish()
        guard answer.exit.isSuccess else {
            let known = try ExperimentCatalog(of: context.repository).experiments(named: name)
            throw SharingError.unreadable(name, experiment: !known.isEmpty)
        }
        var found: [Experiment] = []
        var odd = 0
        for line in answer.output.split(separator: 0x0A) {
            let parts = line.split(separator: 0x09, maxSplits: 1)
            guard parts.count == 2, let tip = CommitID(String(decoding: parts[0], as: UTF8.self)) else { continue }
            guard let full = String(validating: parts[1], as: UTF8.self), let reference = ExperimentReference(full)
            else { continue }
            guard !reference.name.hasPrefix("-"), !Self.hasControl(reference.name),
                Repository.isValidReferenceName(full)
            else {
                odd += 1
                continue
            }
            found.append(Experiment(reference: reference, tip: tip))
        }
        if odd > 0 {
            context.console.warn(
                "\(odd == 1 ? "1 experiment" : "\(odd) experiments") in '\(Console.sanitized(name))' passed over because of the name"
            )
        }
        return ExperimentCatalog(found)
    }

    /// Brings the commits of experiments. No reference is written.
    ///
    /// - Throws: ``SharingError/notFetched(_:)``; git has told why.
    package func fetch(_ experiments: [Experiment]) throws {
        if experiments.isEmpty { return }
        let words = ErrorWords(context.console)
        words.isHidden = { $0.hasPrefix("From ") || $0.hasPrefix(" * ") }
        let answer = try git.run(
            [
                "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--refmap=",
                "--stdin", "--", name,
            ], input: Array(experiments.map { $0.reference.fullName + "\n" }.joined().utf8), onError: words.take)
        words.finish()
        guard answer.exit.isSuccess else { throw SharingError.notFetched(name) }
    }

    // MARK: Writing

    /// What a reference on the remote becomes.
    package struct Update: Sendable {
        let reference: ExperimentReference
        /// `nil` deletes it.
        let tip: CommitID?
        /// What it holds there now; `nil` where there is none.
        let before: CommitID?
        /// Whether it may be replaced by what does not follow it; only if it still holds `before`.
        let isForced: Bool

        /// Takes a reference and what it is to hold; a deletion is always forced.
        package init(_ reference: ExperimentReference, tip: CommitID?, before: CommitID?, isForced: Bool = false) {
            self.reference = reference
            self.tip = tip
            self.before = before
            self.isForced = isForced || tip == nil
        }

        fileprivate var words: [String] {
            let full = reference.fullName
            let source = (isForced && tip != nil ? "+" : "") + (tip?.hex ?? "")
            return (isForced ? ["--force-with-lease=\(full):\(before?.hex ?? "")"] : []) + ["\(source):\(full)"]
        }
    }

    /// What became of updates.
    struct Outcome {
        var done: Set<ExperimentReference> = []
        var reasons: [String] = []
    }

    /// Changes references there: all of them or none, where the server can do that.
    func update(_ updates: [Update]) throws -> Outcome {
        var plain = updates.compactMap { update in
            update.isForced ? nil : update.tip.map { (reference: update.reference, tip: $0) }
        }
        if plain.count <= PushSnapshot.threshold { plain = [] }
        let snapshot = try plain.isEmpty ? nil : PushSnapshot(of: context.repository, plain)
        defer { snapshot?.remove() }
        let named = plain.isEmpty ? updates : updates.filter(\.isForced)
        var outcome = Outcome()
        var isAtomic = true
        for start in stride(from: 0, to: max(named.count, 1), by: Self.batch) {
            let part = named[start..<min(start + Self.batch, named.count)]
            let refspecs = part.compactMap(\.words.last) + (start == 0 && snapshot != nil ? [PushSnapshot.refspec] : [])
            let leases = part.flatMap { $0.words.dropLast() }
            var answer = try push(leases, refspecs, snapshot, isAtomic: isAtomic)
            if isAtomic, !answer.exit.isSuccess, answer.complaint.contains("--atomic") {
                isAtomic = false
                answer = try push(leases, refspecs, snapshot, isAtomic: false)
            }
            read(answer, into: &outcome)
        }
        return outcome
    }

    private func push(
        _ leases: [String], _ refspecs: [String], _ snapshot: PushSnapshot?, isAtomic: Bool
    ) throws -> GitCommand.Answer {
        let words = ErrorWords(context.console)
        // Git's advice is for branches, and that a server cannot change all references at once is not the user's worry.
        words.isHidden = { $0.contains("--atomic") || $0.hasPrefix("error: failed to push some refs to ") }
        let git = snapshot.map { GitCommand(in: place, environment: $0.environment) } ?? git
        let answer = try git.run(
            ["-c", "advice.pushUpdateRejected=false", "push", "--porcelain", "--no-follow-tags"]
                + (isAtomic ? ["--atomic"] : []) + leases + ["--", name] + refspecs, onError: words.take)
        words.finish()
        return answer
    }

    /// Reads what `git push --porcelain` prints: a flag, `from:to` and a summary, separated by tabulators.
    private func read(_ answer: GitCommand.Answer, into outcome: inout Outcome) {
        for line in answer.output.split(separator: 0x0A) {
            let parts = line.split(separator: 0x09, omittingEmptySubsequences: false)
            guard parts.count >= 3, parts[0].count == 1, let flag = parts[0].first,
                let colon = parts[1].lastIndex(of: 0x3A)
            else { continue }
            let target = String(decoding: parts[1][(colon + 1)...], as: UTF8.self)
            guard let reference = ExperimentReference(target) else { continue }
            if flag != UInt8(ascii: "!") {
                outcome.done.insert(reference)
            } else {
                let reason = String(decoding: parts[2], as: UTF8.self)
                if !outcome.reasons.contains(reason) { outcome.reasons.append(reason) }
            }
        }
    }
}

/// Passes on what git says while it runs, line by line, without anything that could steer the terminal.
private final class ErrorWords {
    private let console: Console
    private var rest: [UInt8] = []
    /// Which lines are not worth hearing.
    var isHidden: (String) -> Bool = { _ in false }

    init(_ console: Console) { self.console = console }

    func take(_ bytes: ArraySlice<UInt8>) {
        rest += bytes
        while let end = rest.firstIndex(of: 0x0A) {
            tell(rest[..<end])
            rest.removeSubrange(...end)
        }
    }

    /// Tells what has no line feed at its end.
    func finish() {
        if !rest.isEmpty { tell(rest[...]) }
        rest = []
    }

    private func tell(_ line: ArraySlice<UInt8>) {
        let text = String(decoding: line, as: UTF8.self)
        // A server pads its lines with blanks, to cover progress.
        let end = text.lastIndex { $0 != " " }.map { text.index(after: $0) } ?? text.startIndex
        if end != text.startIndex, !isHidden(text) { console.standardError(Console.sanitized(String(text[..<end]))) }
    }
}
