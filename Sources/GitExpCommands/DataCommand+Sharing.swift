import ArgumentParser
import Cache
import Diagnostics
import Experiments
import Formats
import Pipeline
import SystemPackage

extension DataCommand {
    struct PushData: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "push", abstract: "Copy data from the cache to a remote.",
            discussion: """
                What the remote has already is not copied again, so a push that was interrupted goes on where it was. \
                Every file is verified on its way; a damaged one is moved aside in the cache and not sent.

                Example: git exp data push --all-branches
                """)

        @OptionGroup var sharing: SharingOptions

        @Flag(inversion: .prefixedNo, help: "Also what the run cache knows of earlier runs.")
        var runCache = false

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let context = try Workspace.openProject(global.console)
            let workspace = try context.workspace(checking: false)
            let outputs = try UsedDataReader(context, workspace).outputs(of: sharing.selection)
            let report = try DataSharing(context, workspace.store, sharing.options(runCache: runCache)).push(outputs)
            let isSilent = report.count == 0 && !(report.failures.isEmpty && report.missing.isEmpty)
            if !isSilent, !global.quiet { global.console.print(TransferReport.counted([(report.count, "pushed")])) }
            if report.withheld > 0, report.failures.isEmpty {
                let folders = report.withheld == 1 ? "1 folder" : "\(report.withheld) folders"
                global.console.note(
                    "Not all files of \(folders) are on the remote, so nothing of it can be pulled yet.")
            }
            try TransferReport(console: global.console).complain(report, allowMissing: false)
        }
    }

    struct FetchData: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "fetch", abstract: "Copy data from a remote to the cache.",
            discussion: "What the cache has already is not copied again. The workspace stays as it is.")

        @OptionGroup var sharing: SharingOptions

        @Flag(inversion: .prefixedNo, help: "Also what is known there of earlier runs.")
        var runCache = false

        @Flag(help: "Leave out data that is not on the remote.")
        var allowMissing = false

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let context = try Workspace.openProject(global.console)
            let workspace = try context.workspace(checking: false)
            let outputs = try UsedDataReader(context, workspace).outputs(of: sharing.selection)
            let report = try DataSharing(context, workspace.store, sharing.options(runCache: runCache)).fetch(outputs)
            let isSilent = report.count == 0 && !(report.failures.isEmpty && report.missing.isEmpty)
            if !isSilent, !global.quiet { global.console.print(TransferReport.counted([(report.count, "fetched")])) }
            try TransferReport(console: global.console).complain(report, allowMissing: allowMissing)
        }
    }

    struct PullData: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pull", abstract: "Bring data from a remote into the workspace.",
            discussion: """
                This is 'git exp data fetch' and then 'git exp checkout'. Data that is saved nowhere is not replaced \
                without --force.

                Example: git exp data pull data/raw
                """)

        @OptionGroup var sharing: SharingOptions

        @Flag(inversion: .prefixedNo, help: "Also what is known there of earlier runs.")
        var runCache = false

        @Flag(name: .shortAndLong, help: "Replace data that is saved nowhere.")
        var force = false

        @Flag(help: "Leave out data that is not on the remote.")
        var allowMissing = false

        @OptionGroup var global: GlobalOptions

        func run() throws {
            let context = try Workspace.openProject(global.console)
            let workspace = try context.workspace(checking: false)
            let reader = UsedDataReader(context, workspace)
            let outputs = try reader.outputs(of: sharing.selection)
            let fetched = try DataSharing(context, workspace.store, sharing.options(runCache: runCache)).fetch(outputs)
            var options = DataCheckout.Options()
            options.force = force
            // What is missing was counted by the fetch.
            options.allowMissing = true
            var report = DataCheckout.Report()
            try ProjectLock(context).exclusively {
                report = try DataCheckout(workspace, options: options, console: global.console)
                    .run(try reader.targets(of: sharing.selection), isEverything: sharing.targets.isEmpty)
                workspace.memo.save()
            }
            let changes = CheckoutPrinter(report, folder: context.folder)
            if !global.quiet {
                changes.printPaths(global.console)
                let summary = TransferReport.counted([(fetched.count, "fetched")] + changes.counts)
                let isSilent =
                    !(fetched.failures.isEmpty && fetched.missing.isEmpty && report.failures.isEmpty)
                    && fetched.count == 0 && changes.counts.allSatisfy { $0.count == 0 }
                if !isSilent { global.console.print(summary) }
            }
            try TransferReport(console: global.console).complain(fetched, allowMissing: allowMissing)
            try changes.complain(global.console)
        }
    }
}
