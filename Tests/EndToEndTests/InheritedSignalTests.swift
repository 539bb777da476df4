import TestSupport
import Testing

/// What the program that starts us does with signals.
@Suite struct InheritedSignalTests {
    private func project(_ script: String) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.expOK("init", "-q")
        try sandbox.write("train.sh", script)
        try sandbox.expOK("stage", "add", "-q", "-n", "a", "-o", "a.txt", "sh", "train.sh")
        try sandbox.git("add", ".")
        try sandbox.git("commit", "-qm", "project")
        return sandbox
    }

    /// Some supervisors do that; `timeout`, which would undo it, has no part in it.
    @Test(arguments: ["repro", "run"]) func theEndOfChildrenMayBeIgnored(verb: String) throws {
        let sandbox = try project("touch a.txt\n")
        let outcome = try sandbox.run(
            "python3",
            [
                "-c",
                """
                import signal, subprocess, sys
                signal.signal(signal.SIGCHLD, signal.SIG_IGN)
                child = subprocess.Popen(["git-exp", sys.argv[1], "-f"], restore_signals=False)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                try: sys.exit(child.wait(60))
                except subprocess.TimeoutExpired: child.kill(); sys.exit("it hangs")
                """, verb,
            ])
        #expect(outcome.status == 0, "\(outcome)")
    }

    @Test(arguments: ["trap '' HUP;", ""]) func aHangUpThatIsIgnoredStaysSo(trap: String) throws {
        // The command has the terminal for its own, and inherits what is ignored.
        let sandbox = try project("touch begun\nsleep 1\nkill -HUP $$\ntouch a.txt\n")
        let script = """
            \(trap) git-exp run & run=$!
            while [ ! -e begun ]; do sleep 0.05; done
            kill -HUP $run
            wait $run
            """
        let outcome = try sandbox.run("sh", ["-c", script])
        #expect((outcome.status == 0) == !trap.isEmpty, "\(outcome)")
        #expect(try sandbox.exists("a.txt") == !trap.isEmpty)
    }
}
