import ArgumentParser
import Diagnostics
import Experiments
import Processes

/// How many workers there are to be, and on which devices.
struct WorkerOptions: ParsableArguments {
    @Option(
        name: .customLong("gpus"),
        help: ArgumentHelp(
            "Devices that the workers get in turn, in CUDA_VISIBLE_DEVICES; without --jobs there is a worker for each.",
            valueName: "list"))
    var devices: String?

    func validate() throws {
        if let devices, devices.split(separator: ",").isEmpty {
            throw ValidationError("'--gpus' takes devices with commas between them, such as 0,1")
        }
    }

    /// Starts workers up to a number.
    ///
    /// - Parameter jobs: `nil` for one for each device, or a single one.
    /// - Returns: How many were started.
    func start(_ jobs: Int?, in queue: Queue) throws -> Int {
        let given = devices ?? ProcessCall.inheritedEnvironment()["CUDA_VISIBLE_DEVICES"] ?? ""
        let devices = given.split(separator: ",").map(String.init)
        let count = jobs ?? (self.devices == nil ? 1 : devices.count)
        return try queue.start(count) { slot in
            ["queue", "worker", "--slot", String(slot)]
        } environment: { slot in
            // One worker alone keeps whatever it was given.
            guard !devices.isEmpty, self.devices != nil || (devices.count > 1 && count > 1) else { return [:] }
            let own = devices.indices.filter { $0 % count == slot % count }
            let chosen = own.isEmpty ? [slot % devices.count] : own
            return ["CUDA_VISIBLE_DEVICES": chosen.map { devices[$0] }.joined(separator: ",")]
        }
    }
}

extension QueueCommand {
    struct Start: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start workers in the background.",
            discussion: """
                They run what is queued and end when nothing is left. Workers that are running count.

                Example: git exp queue start -j 2 --gpus 0,1
                """)

        @Option(
            name: [.customShort("j", allowingJoined: true), .long],
            help: ArgumentHelp("How many workers there are to be.", valueName: "number"))
        var jobs: Int?

        @OptionGroup var workers: WorkerOptions
        @OptionGroup var global: GlobalOptions

        func validate() throws {
            guard (1...1_000).contains(jobs ?? 1) else {
                throw ValidationError("'--jobs' takes a number from 1 to 1000")
            }
        }

        func run() throws {
            let queue = try QueueCommand.open(global.console)
            guard try queue.entries().contains(where: { $0.state == .queued || $0.state == .interrupted }) else {
                return global.console.note("No experiment waits in the queue.")
            }
            let count = try workers.start(jobs, in: queue)
            global.console.note(
                count == 0
                    ? "Enough workers are running already."
                    : "Started \(count) queue worker\(count == 1 ? "" : "s").")
        }
    }

    struct Stop: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stop the workers once the experiments that run are complete.")

        @Flag(help: "Interrupt what runs; it goes on from its last checkpoint at the next start.")
        var kill = false

        @OptionGroup var global: GlobalOptions

        func run() throws {
            try QueueCommand.open(global.console).stop(interrupting: kill)
            global.console.note(
                kill ? "The workers were stopped." : "The workers stop after the experiments that they run.")
        }
    }
}
