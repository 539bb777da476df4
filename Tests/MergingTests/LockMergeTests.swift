import Formats
import Merging
import Testing

@Suite struct LockMergeTests {
    static func lock(_ stages: String...) -> String { "schema: '2.0'\nstages:\n" + stages.joined() }

    static func stage(_ name: String, _ number: Int, size: Int? = 6, out: Int? = nil) -> String {
        let digest = { (number: Int) in String(repeating: "0", count: 31 - "\(number)".count) + "a\(number)" }
        return """
              \(name):
                cmd: sh \(name).sh
                deps:
                - path: \(name).sh
                  hash: md5
                  md5: \(digest(number))\(size.map { "\n      size: \($0)" } ?? "")
                outs:
                - path: \(name).txt
                  hash: md5
                  md5: \(digest(out ?? number + 100))
                  size: 4

            """
    }

    private func merge(_ base: String, _ ours: String, _ theirs: String) throws -> (text: String, conflicts: [String]) {
        let result = try #require(
            try FileMerge(.lock).merge(
                base: Array(base.utf8), ours: Array(ours.utf8), theirs: Array(theirs.utf8), file: "dvc.lock"))
        return (String(decoding: result.bytes, as: UTF8.self), result.conflicts)
    }

    @Test func eachSideChangedAnotherStage() throws {
        let (base, ours, theirs) = (
            Self.lock(Self.stage("a", 1), Self.stage("b", 1)), Self.lock(Self.stage("a", 2), Self.stage("b", 1)),
            Self.lock(Self.stage("a", 1), Self.stage("b", 3), Self.stage("c", 4))
        )
        let result = try merge(base, ours, theirs)
        #expect(result.text == Self.lock(Self.stage("a", 2), Self.stage("b", 3), Self.stage("c", 4)))
        #expect(result.conflicts.isEmpty)
    }

    @Test func aStageThatBothChangedStandsBetweenMarkers() throws {
        let result = try merge(
            Self.lock(Self.stage("a", 1), Self.stage("b", 1)), Self.lock(Self.stage("a", 2), Self.stage("b", 7)),
            Self.lock(Self.stage("a", 3), Self.stage("b", 1), Self.stage("c", 1)))
        #expect(result.conflicts == ["a"])
        let marked = "<<<<<<< ours\n\(Self.stage("a", 2))=======\n\(Self.stage("a", 3))>>>>>>> theirs\n"
        #expect(result.text == Self.lock(marked, Self.stage("b", 7), Self.stage("c", 1)))
    }

    /// Where branches were merged crosswise, git puts an ancestor together, which may have conflicts itself.
    @Test func anAncestorWithAConflictCountsForTheOtherStages() throws {
        let marked = "<<<<<<<<< ours\n\(Self.stage("a", 2))=========\n\(Self.stage("a", 3))>>>>>>>>> theirs\n"
        let base = Self.lock(marked, Self.stage("b", 1))
        let solved = Self.lock(Self.stage("a", 4), Self.stage("b", 1))
        let result = try merge(base, solved, Self.lock(Self.stage("a", 4), Self.stage("b", 7)))
        #expect(result.conflicts.isEmpty)
        #expect(result.text == Self.lock(Self.stage("a", 4), Self.stage("b", 7)))
        // Each solved it in its own way, though one as a side had it.
        let other = try merge(base, solved, Self.lock(Self.stage("a", 2), Self.stage("b", 7)))
        #expect(other.conflicts == ["a"])
        #expect(other.text.hasSuffix(Self.stage("b", 7)))
        // With nothing but the conflict in it.
        let alone = try merge(Self.lock(marked), Self.lock(Self.stage("a", 4)), Self.lock(Self.stage("a", 4)))
        #expect(alone.text == Self.lock(Self.stage("a", 4)))
        let apart = try merge(Self.lock(marked), Self.lock(Self.stage("a", 4)), Self.lock(Self.stage("a", 5)))
        #expect(apart.conflicts == ["a"])
        // Whether the stage should be there nobody can tell.
        #expect(throws: FormatError.self) { _ = try merge(base, solved, Self.lock(Self.stage("b", 1))) }
    }

    @Test func markersAreAsLongAsGitAsksFor() throws {
        var merge = FileMerge(.lock)
        merge.markerSize = 9
        let result = try #require(
            try merge.merge(
                base: Array(Self.lock(Self.stage("a", 1)).utf8), ours: Array(Self.lock(Self.stage("a", 2)).utf8),
                theirs: Array(Self.lock(Self.stage("a", 3)).utf8), file: "dvc.lock"))
        let marked = "<<<<<<<<< ours\n\(Self.stage("a", 2))=========\n\(Self.stage("a", 3))>>>>>>>>> theirs\n"
        #expect(String(decoding: result.bytes, as: UTF8.self) == Self.lock(marked))
    }

    /// Inputs of one run beside outputs of another would say what never happened.
    @Test func runsAreNotMixed() throws {
        let result = try merge(
            Self.lock(Self.stage("a", 1, out: 5)), Self.lock(Self.stage("a", 2, out: 5)),
            Self.lock(Self.stage("a", 1, out: 6)))
        #expect(result.conflicts == ["a"])
    }

    @Test func whatSaysNothingOfTheRunIsMergedFieldByField() throws {
        let result = try merge(
            Self.lock(Self.stage("a", 1, size: nil)), Self.lock(Self.stage("a", 1, size: 6)),
            Self.lock(Self.stage("a", 1, size: nil, out: 9)))
        #expect(result.text == Self.lock(Self.stage("a", 1, size: 6, out: 9)))
        #expect(result.conflicts.isEmpty)
    }

    @Test func theSameChangeOnBothSidesIsNoConflict() throws {
        let changed = Self.lock(Self.stage("a", 2), Self.stage("n", 1))
        #expect(try merge(Self.lock(Self.stage("a", 1)), changed, changed).text == changed)
    }

    @Test func removedStages() throws {
        let both = Self.lock(Self.stage("a", 1), Self.stage("b", 1))
        let one = Self.lock(Self.stage("b", 1))
        #expect(
            try merge(both, one, Self.lock(Self.stage("a", 1), Self.stage("b", 2))).text
                == Self.lock(Self.stage("b", 2)))
        let conflict = try merge(both, one, Self.lock(Self.stage("a", 2), Self.stage("b", 1)))
        #expect(conflict.conflicts == ["a"])
        #expect(
            conflict.text
                == Self.lock("<<<<<<< ours\n=======\n\(Self.stage("a", 2))>>>>>>> theirs\n", Self.stage("b", 1)))
    }

    @Test func withoutAnAncestor() throws {
        let result = try merge("", Self.lock(Self.stage("a", 1)), Self.lock(Self.stage("b", 1)))
        #expect(result.text == Self.lock(Self.stage("a", 1), Self.stage("b", 1)))
        #expect(try merge("", Self.lock(Self.stage("a", 1)), Self.lock(Self.stage("a", 2))).conflicts == ["a"])
    }

    @Test func lineEndsOfWindowsStay() throws {
        let windows = { (text: String) in text.replacing("\n", with: "\r\n") }
        let result = try merge(
            windows(Self.lock(Self.stage("a", 1), Self.stage("b", 1))),
            windows(Self.lock(Self.stage("a", 2), Self.stage("b", 1))),
            windows(Self.lock(Self.stage("a", 1), Self.stage("b", 2))))
        #expect(result.text == windows(Self.lock(Self.stage("a", 2), Self.stage("b", 2))))
    }

    @Test func theFirstKindOfLockMeetsTheSecond() throws {
        let first = { (text: String) in
            text.split(separator: "\n").map { $0.dropFirst(2) }.joined(separator: "\n") + "\n"
        }
        let result = try merge(
            first(Self.stage("a", 1) + Self.stage("b", 1)), first(Self.stage("a", 1) + Self.stage("b", 2)),
            Self.lock(Self.stage("a", 3), Self.stage("b", 1)))
        #expect(result.text == Self.lock(Self.stage("a", 3), Self.stage("b", 2)))
        let old = try merge(
            first(Self.stage("a", 1) + Self.stage("b", 1)), first(Self.stage("a", 1) + Self.stage("b", 2)),
            first(Self.stage("a", 3) + Self.stage("b", 1)))
        #expect(old.text == first(Self.stage("a", 3) + Self.stage("b", 2)))
    }

    @Test func anUnusualLayoutBecomesTheUsualOne() throws {
        let flow = "{schema: '2.0', stages: {a: {cmd: x}, b: {cmd: y}}}\n"
        let result = try merge(flow, flow.replacing("cmd: x", with: "cmd: z"), flow.replacing("cmd: y", with: "cmd: w"))
        #expect(result.text == "schema: '2.0'\nstages:\n  a:\n    cmd: z\n  b:\n    cmd: w\n")
    }

    @Test func whatIsNoLockIsRefused() {
        #expect(throws: FormatError.self) { try merge("", "stages: [", Self.lock(Self.stage("a", 1))) }
    }
}
