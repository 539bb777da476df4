import TestSupport
import Testing

/// What `run` says where it cannot begin; nothing has changed then.
@Suite struct RunRefusalTests {
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("params.yaml", "lr: 1\n")
        try sandbox.expOK("stage", "add", "-q", "-n", "t", "-p", "lr", "-o", "o.txt", "cp params.yaml o.txt")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-qm", "project")
        return sandbox
    }

    @Test func placesWithoutAProjectAreNamed() throws {
        let bare = try Sandbox(git: false)
        let none = try bare.run("git-exp", ["run"], environment: ["GIT_CEILING_DIRECTORIES": bare.root.string + "/.."])
        #expect(none.status == 128 && none.errors.contains("not a git repository"), "\(none)")
        let sandbox = try Sandbox(git: false)
        try sandbox.git("init", "-q", "-b", "main")
        let project = try sandbox.exp("run")
        #expect(project.status == 128 && project.errors.contains("no project here"), "\(project)")
        try sandbox.expOK("init", "-q")
        let empty = try sandbox.exp("run")
        #expect(empty.status == 128 && empty.errors.contains("this branch has no commits yet"), "\(empty)")
        try sandbox.git("commit", "-q", "--allow-empty", "-m", "start")
        let pipeline = try sandbox.exp("run")
        #expect(
            pipeline.status == 128 && pipeline.errors.contains("'dvc.yaml' does not exist or is empty"), "\(pipeline)")
    }

    @Test(
        arguments: [[], ["--temp"], ["--queue"]],
        [
            (["nosuch"], 128, "no stage 'nosuch' in 'dvc.yaml'"),
            (["-n", "there"], 128, "experiment 'there' already exists"),
            (["-n", "a~b"], 128, "'a~b' cannot be the name of an experiment"),
            (["-S", "newp=1"], 128, "cannot set 'newp': params.yaml has no such parameter"),
            (["-S", "none.yaml:lr=1"], 128, "parameter file 'none.yaml' does not exist"),
            (["-S", "lr"], 129, "'=' and a value are missing"), (["-S", "lr=\"x"], 129, "a quote is not closed"),
            (["-S", "~lr=9"], 128, "cannot delete 'lr': it is 1 and not 9"), (["-S", "+lr=9"], 128, "cannot add 'lr'"),
            (["-m", "a message"], 129, "for a message write -M 'a message'"), (["--nosuch"], 129, "unknown option"),
            (["-j", "x"], 129, "the value 'x' is invalid"),
        ])
    func mistakesAreFoundBeforeAnythingChanges(place: [String], mistake: (words: [String], status: Int32, text: String))
        throws
    {
        let sandbox = try project()
        try sandbox.expOK("run", "-n", "there", "-q")
        let before = try sandbox.untouched()
        let references = try sandbox.git("for-each-ref", "refs/exps")
        let call = try sandbox.run("git", ["exp", "run"] + place + mistake.words)
        #expect(call.status == mistake.status && call.errors.contains(mistake.text), "\(call)")
        #expect(try sandbox.untouched() == before)
        #expect(try sandbox.git("for-each-ref", "refs/exps") == references)
    }
}
