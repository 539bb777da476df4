import Files
import SystemPackage
import TestSupport
import Testing

@testable import Pipeline

@Suite struct OutputsAsideTests {
    private func write(_ path: FilePath, _ text: String) throws {
        try FileIO.replace(path, with: Array(text.utf8), sync: false)
    }

    private func names(_ scratch: FilePath) throws -> [String] { try FileIO.list(scratch)?.map(\.name).sorted() ?? [] }

    @Test func whatWasNotMadeAnewComesBack() throws {
        let folder = try TemporaryDirectory()
        let (path, scratch) = (folder.path.appending("out"), folder.path.appending("scratch"))
        for _ in 0..<2 {
            try write(path, "old")
            let aside = OutputsAside(scratch: scratch)
            try aside.take(path)
            #expect(try FileStatus.of(path, followingLinks: false) == nil)
            aside.bringBack()
            #expect(try FileIO.read(path) == Array("old".utf8))
            #expect(try names(scratch).isEmpty)
        }
    }

    @Test func aSmallFileStaysUntilTheNextRun() throws {
        let folder = try TemporaryDirectory()
        let (path, scratch) = (folder.path.appending("out"), folder.path.appending("scratch"))
        for number in 0..<3 {
            try write(path, "\(number)")
            let aside = OutputsAside(scratch: scratch)
            try aside.take(path)
            if number == 1 {
                aside.removeGivenUp()
                #expect(try names(scratch).map { $0.prefix(6) } == ["aside-"])
            }
            try write(path, "new")
            aside.discard()
            #expect(try names(scratch) == ["discarded-0"])
            #expect(try FileIO.read(scratch.appending("discarded-0")) == Array("\(number)".utf8))
        }
    }

    @Test func whatAKilledRunLeftComesBackUntilThereIsSomethingNewer() throws {
        let folder = try TemporaryDirectory()
        let (path, scratch) = (folder.path.appending("out"), folder.path.appending("scratch"))
        try write(path, "old")
        for _ in 0..<2 {
            try OutputsAside(scratch: scratch).take(path)
            let aside = OutputsAside(scratch: scratch)
            try aside.take(path)
            aside.removeGivenUp()
            aside.bringBack()
            #expect(try FileIO.read(path) == Array("old".utf8))
            #expect(try names(scratch).isEmpty)
        }
        try OutputsAside(scratch: scratch).take(path)
        let aside = OutputsAside(scratch: scratch)
        try aside.take(path)
        aside.discard()
        #expect(try names(scratch) == ["discarded-0"])
    }

    @Test func moreThanThatGoesAtOnce() throws {
        let folder = try TemporaryDirectory()
        let (file, tree) = (folder.path.appending("file"), folder.path.appending("tree"))
        let scratch = folder.path.appending("scratch")
        try write(file, String(repeating: "x", count: 100_000))
        try FileIO.makeDirectories(tree)
        try write(tree.appending("in it"), "x")
        let aside = OutputsAside(scratch: scratch)
        try aside.take(file)
        try aside.take(tree)
        #expect(try names(scratch).count == 2)
        aside.discard()
        #expect(try names(scratch).isEmpty)
    }

    /// A run that was killed may have left anything.
    @Test func whatIsInTheWayGoes() throws {
        let folder = try TemporaryDirectory()
        let (path, scratch) = (folder.path.appending("out"), folder.path.appending("scratch"))
        try write(path, "old")
        try OutputsAside(scratch: scratch).take(path)
        let place = scratch.appending(try names(scratch)[0])
        try FileIO.remove(place)
        for left in [place, scratch.appending("discarded-0")] {
            try FileIO.makeDirectories(left)
            try write(left.appending("in it"), "x")
        }
        try write(path, "newer")
        let aside = OutputsAside(scratch: scratch)
        try aside.take(path)
        #expect(try FileIO.read(place) == Array("newer".utf8))
        aside.discard()
        #expect(try names(scratch) == ["discarded-0"])
        aside.removeGivenUp()
        #expect(try names(scratch).isEmpty)
    }
}
