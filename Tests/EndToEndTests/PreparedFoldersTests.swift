import Files
import SystemPackage
import TestSupport
import Testing

/// What a training run makes ready before its checkpoints need it.
@Suite struct PreparedFoldersTests {
    @Test(arguments: [("3", "files/md5"), ("2", "")])
    func theFoldersOfObjectsAreThereAfterTheFirstCheckpoint(_ generation: String, _ cache: String) throws {
        let sandbox = try Sandbox()
        try sandbox.git("config", "exp.generation", generation)
        try sandbox.makeTrainingProject(steps: 2)
        let script = try #require(try sandbox.read("train.sh"))
        try sandbox.write("train.sh", script + "sleep 1\n")
        try sandbox.expOK("run", "-n", "otter")
        let objects = sandbox.root.appending(".git").appending("objects")
        for root in [objects, sandbox.root.pushing(".dvc/cache").pushing(FilePath(cache))] {
            let names = try #require(try FileIO.list(root)).map(\.name).filter { $0.utf8.count == 2 }
            #expect(names.count == 256 && names.first == "00" && names.last == "ff", "\(root): \(names)")
        }
        #expect(try sandbox.git("fsck", "--strict").isEmpty)
    }

    @Test func aStageWithoutCheckpointsMakesNone() throws {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.expOK("stage", "add", "-q", "-n", "a", "-O", "a.txt", "sleep 0.3; touch a.txt")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "project")
        try sandbox.expOK("run")
        let names = try #require(try FileIO.list(sandbox.root.appending(".git").appending("objects")))
        #expect(names.count < 60)
    }
}
