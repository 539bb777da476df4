import Diagnostics
import Formats
import Git
import SystemPackage

/// What the hook 'pre-commit' does: lets a commit pass, or stops it.
package struct CommitGate {
    /// `exp.verify`: what follows where something is wrong.
    package enum Strictness: String, Sendable, CaseIterable { case block, warn, off }

    private let verification: Verification
    private let console: Console

    /// A gate that asks this judge, and tells what it finds on standard error.
    package init(_ verification: Verification, console: Console) {
        self.verification = verification
        self.console = console
    }

    /// Judges what is staged.
    ///
    /// - Returns: Whether the commit may be made.
    package func lets(_ strictness: Strictness) throws -> Bool {
        if strictness == .off { return true }
        let verdict = try verification.verdict(on: .staged)
        if verdict.isSound { return true }
        if strictness == .warn {
            console.warn("what is committed is not what the lock files describe")
        } else {
            console.complain("what is staged is not what the lock files describe")
        }
        console.standardError(verdict.text)
        tell(verdict, strictness)
        return strictness == .warn
    }

    private func tell(_ verdict: Verdict, _ strictness: Strictness) {
        for file in verdict.files where file.isData {
            console.hint("take it out with 'git rm --cached \(Self.quoted(file.path))'")
        }
        if !verdict.stages.isEmpty, (try? verification.freshLocks(verdict).isEmpty) == false {
            console.hint("the workspace has the right lock: 'git exp verify --staged --fix' stages it")
        } else {
            for (project, stages) in Self.byProject(verdict.stages) { tell(stages, of: project) }
        }
        // With a mere warning the commit is made anyway.
        if strictness != .warn { console.hint("or leave it so: 'git commit --no-verify'") }
    }

    private func tell(_ faults: [Verdict.StageFault], of project: String) {
        let place = project.isEmpty ? "" : "in '\(Console.sanitized(project))', "
        let untracked = faults.flatMap { $0.findings.compactMap(\.untracked) }.map(Self.quoted)
        if !untracked.isEmpty { console.hint(place + "add: 'git add -- \(untracked.joined(separator: " "))'") }
        let others = faults.filter { fault in !fault.findings.allSatisfy { $0.untracked != nil } }
        if others.isEmpty { return }
        let shown = others.count > 5 ? "" : others.map { " " + Self.quoted($0.stage) }.joined()
        console.hint(place + "run: 'git exp run\(shown)', and stage the lock file")
        console.hint("or accept the results as they are: 'git exp commit -f\(shown)', and stage the lock file")
    }

    private static func byProject(
        _ faults: [Verdict.StageFault]
    ) -> [(project: String, stages: [Verdict.StageFault])] {
        var result: [(project: String, stages: [Verdict.StageFault])] = []
        for fault in faults {
            if let index = result.firstIndex(where: { $0.project.isIdentical(to: fault.project) }) {
                result[index].stages.append(fault)
            } else {
                result.append((fault.project, [fault]))
            }
        }
        return result
    }

    /// A word that a shell takes as it is.
    private static func quoted(_ text: String) -> String {
        let text = Console.sanitized(text)
        let isPlain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "_-./:@%+=,".utf8.contains(byte)
        }
        if isPlain, !text.isEmpty { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
