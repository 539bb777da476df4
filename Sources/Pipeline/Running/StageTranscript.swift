import Diagnostics
import Files
import Processes

/// What a stage and its commands print while others run beside it, in one piece for when its turn comes.
final class StageTranscript: @unchecked Sendable {
    private enum Item {
        case text(String, descriptor: Int32)
        case output(CommandOutput)
    }

    private let lock = Mutex()
    private var items: [Item] = []
    /// Where everything goes from now on; `nil` as long as others have their turn.
    private var target: Console?

    /// Whether nothing was printed so far.
    var isEmpty: Bool { lock.with { items.isEmpty } }

    /// Whether it is passed on already.
    var isOpen: Bool { lock.with { target != nil } }

    /// A console whose text becomes part of this.
    ///
    /// - Parameter real: Says how much the user wants to hear.
    func console(like real: Console) -> Console {
        var console = Console(verbosity: real.verbosity) { [self] descriptor, text in
            lock.with { items.append(.text(text, descriptor: descriptor)) }
            show()
        }
        console.colour = real.colour
        return console
    }

    /// Takes in what a command prints from now on.
    func append(_ output: CommandOutput) { lock.with { items.append(.output(output)) } }

    /// Passes on everything there is and all that is still to come.
    func open(on console: Console) {
        lock.with { target = console }
        show()
    }

    /// Passes on what came in since the last time, once it may be seen.
    func show() {
        lock.with {
            guard let target else { return }
            for item in items {
                switch item {
                case .text(let text, let descriptor): target.relay(Array(text.utf8), to: descriptor)
                case .output(let output): output.take { target.relay($0, to: $1) }
                }
            }
            // Only what came last may grow.
            if case .output? = items.last { items.removeFirst(items.count - 1) } else { items.removeAll() }
        }
    }
}
