import Cache
import Files
import Git
import SystemPackage

/// Remembers which baselines no branch reaches and what they became: finding out takes a walk through history, and only a
/// reference that moves can change the answer.
struct LostMemo {
    private let file: FilePath
    private let key: String

    /// - Parameter doubtful: The baselines in question.
    init(_ context: ExperimentContext, doubtful: Set<CommitID>) throws {
        file = context.scratch.appending("lost")
        var text = try context.repository.head()?.hex ?? "-"
        for folder in ["refs/heads/", "refs/remotes/", "refs/tags/"] {
            text += "\n" + folder
            for reference in try context.repository.references(below: folder) { text += reference.commit.hex }
        }
        key = SHA256.hex(text + "\n" + doubtful.map(\.hex).sorted().joined())
    }

    /// The lost baselines with their successors; `nil` where nothing is remembered that still holds.
    func read() -> [CommitID: CommitID?]? {
        guard let bytes = try? FileIO.read(file) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard lines.first.map({ String($0).isIdentical(to: key) }) ?? false else { return nil }
        var fates: [CommitID: CommitID?] = [:]
        for line in lines.dropFirst() {
            let words = line.split(separator: " ")
            guard words.count == 2, let lost = CommitID(String(words[0])) else { return nil }
            fates.updateValue(CommitID(String(words[1])), forKey: lost)
        }
        return fates
    }

    /// What cannot be written is found out again.
    func write(_ fates: [CommitID: CommitID?]) {
        var text = key + "\n"
        for (lost, successor) in fates { text += "\(lost.hex) \(successor?.hex ?? "-")\n" }
        do {
            try FileIO.makeDirectories(file.parent)
            try FileIO.replace(file, with: Array(text.utf8), sync: false)
        } catch {}
    }
}
