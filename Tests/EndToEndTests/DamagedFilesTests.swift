import TestSupport
import Testing

/// Metrics and parameters that are not there, or are not what their format allows.
@Suite struct DamagedFilesTests {
    private func project() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.makeTrainingProject(steps: 1)
        try sandbox.expOK("run", "-n", "x")
        return sandbox
    }

    @Test(arguments: [["show", "nope.json"], ["show", "-R", "nowhere"], ["diff", "--targets", "nope.json"]])
    func missingMetricsAreNamed(_ call: [String]) throws {
        let sandbox = try project()
        let outcome = try sandbox.run("git", ["exp", "metrics"] + call)
        #expect(outcome.status == 128 && outcome.output.isEmpty, "\(outcome)")
        #expect(
            outcome.errors
                == "error: there are no metrics in '\(call.last ?? "")'\nhint: the project has 'metrics.json'\n")
    }

    @Test func anyFileMayBeShown() throws {
        let sandbox = try project()
        try sandbox.write("other.json", "{\"extra\": 3}")
        #expect(try sandbox.expOK("metrics", "show", "other.json").output.contains("extra"))
        #expect(try !sandbox.expOK("metrics", "show").output.contains("extra"))
        #expect(try sandbox.expOK("metrics", "diff", "--targets", "other.json").output.contains("extra"))
    }

    @Test func aDamagedMetricsFileHasItsPlace() throws {
        let sandbox = try project()
        try sandbox.write("metrics.json", "{\n  \"loss\": 1,\n")
        let show = try sandbox.expOK("metrics", "show")
        #expect(show.errors.hasPrefix("warning: unable to read: 'metrics.json', "), "\(show)")
        #expect(show.errors.contains(", line 3, column 1\n"), "\(show)")
        #expect(try sandbox.expOK("metrics", "diff").errors.contains("line 3"))
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-q", "-m", "damaged")
        try sandbox.write("metrics.json", "{\"loss\": 1}")
        let diff = try sandbox.expOK("metrics", "diff")
        #expect(diff.errors.hasPrefix("warning: HEAD: unable to read: 'metrics.json'"), "\(diff)")
    }

    @Test func damagedParametersAreToldOnce() throws {
        let sandbox = try project()
        try sandbox.write("params.yaml", "lr: 1\nlayers: [1\n")
        let here = try sandbox.expOK("show", "--csv")
        #expect(here.errors.hasPrefix("warning: workspace: unable to read: 'params.yaml', "), "\(here)")
        #expect(here.errors.contains(", line 3, column 1\n"), "\(here)")
        try sandbox.git("commit", "-q", "-a", "-m", "damaged")
        let id = try sandbox.git("rev-parse", "HEAD").prefix(9)
        let both = try sandbox.expOK("show", "--no-pager")
        #expect(both.errors.hasPrefix("warning: workspace and 1 other: unable to read"), "\(both)")
        try sandbox.write("params.yaml", "lr: 1\nsteps: 1\n")
        #expect(try sandbox.expOK("show", "--md").errors.hasPrefix("warning: \(id): unable to read"))
        let error = try sandbox.expOK("show", "--json").output
        #expect(error.contains("\"msg\": \"unable to read: 'params.yaml', ") && error.contains("line 3"))
    }
}
