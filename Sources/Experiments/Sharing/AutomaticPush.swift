import Diagnostics
import Git
import Pipeline

/// Sends each experiment to a Git remote as soon as its run is over, where the settings say so.
///
/// The settings are DVC's: `exp.auto_push` and `exp.git_remote`, and before them `DVC_EXP_AUTO_PUSH` and
/// `DVC_EXP_GIT_REMOTE` in the environment.
package struct AutomaticPush {
    private let context: ExperimentContext

    /// Takes the project whose settings count.
    package init(_ context: ExperimentContext) { self.context = context }

    /// Pushes an experiment and its data, where the settings say so.
    ///
    /// - Parameter reference: The experiment; where it does not exist nothing happens.
    package func push(_ reference: ExperimentReference) {
        if isWantedForSure { send(reference, to: remoteName) }
    }

    /// Whether the settings say so; where they cannot be read that is told.
    var isWantedForSure: Bool {
        do {
            return try isWanted
        } catch {
            tell("it is not known whether experiments are to be pushed", error)
            return false
        }
    }

    /// Pushes an experiment and its data. What goes wrong is told in a line, and changes nothing else.
    ///
    /// - Parameters:
    ///   - reference: The experiment; where it does not exist nothing happens.
    ///   - remoteName: The name or address of the Git remote.
    package func send(_ reference: ExperimentReference, to remoteName: String) {
        let name = Console.sanitized(reference.name)
        do {
            guard try context.repository.commit(named: reference.fullName) != nil else { return }
            let remote = try GitRemote(remoteName, context)
            var request = SharingRequest()
            request.names = [reference.fullName]
            let report = try ExperimentPush(context, request, to: remote).run()
            let shown = Console.sanitized(remote.name)
            if let problem = report.problem { throw problem }
            if !report.diverged.isEmpty || !report.behind.isEmpty {
                context.console.warn(
                    "experiment '\(name)' was not pushed to '\(shown)', which has another one of the name; "
                        + "'git exp push --force' replaces it")
            } else {
                // Also where the push of a checkpoint had just found it.
                context.console.note("Pushed experiment '\(name)' to '\(shown)'.")
            }
        } catch {
            tell("experiment '\(name)' was not pushed", error)
        }
    }

    private func tell(_ what: String, _ error: any Error) {
        let reason = (error as? any UserFacingError)?.message ?? String(describing: error)
        context.console.warn("\(what): \(reason)")
    }

    private var isWanted: Bool {
        get throws {
            if let text = context.environment["DVC_EXP_AUTO_PUSH"], !text.isEmpty {
                return ["1", "y", "yes", "true", "on"].contains(text.lowercased())
            }
            return try context.project.config.isTrue("exp.auto_push") ?? false
        }
    }

    /// The name or address of the Git remote.
    var remoteName: String {
        if let name = context.environment["DVC_EXP_GIT_REMOTE"], !name.isEmpty { return name }
        return context.project.config["exp.git_remote"] ?? "origin"
    }
}
