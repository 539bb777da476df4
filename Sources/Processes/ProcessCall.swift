import CSys
import Diagnostics
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A program to be run, with all it is given.
package struct ProcessCall: Sendable {
    /// A path, or a name that is looked up in `PATH`.
    package var executable: String
    /// The words after the program's name.
    package var arguments: [String]
    /// The whole environment; `nil` inherits ours.
    package var environment: [String: String]?
    /// The working directory; `nil` keeps ours.
    package var directory: FilePath?
    /// What the program reads from its standard input.
    package var input: [UInt8]
    /// What does the same with less to start; where it cannot be started, the call itself is.
    package var shortcut: Shortcut?

    /// Another program in place of that of a call.
    package struct Shortcut: Sendable {
        /// The program and its arguments.
        package let words: [String]
        /// Variables on top of those of the call.
        package let additions: [String: String]

        /// Takes what takes the place of the call's program; nothing is looked up.
        package init(words: [String], additions: [String: String] = [:]) {
            self.words = words
            self.additions = additions
        }
    }

    /// Takes a program and what it is given; nothing is started or looked up.
    package init(
        executable: String, arguments: [String] = [], environment: [String: String]? = nil,
        directory: FilePath? = nil, input: [UInt8] = []
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.input = input
    }

    /// Runs the program to its end and keeps what it printed.
    ///
    /// A program that fails is a result, not an error.
    /// - Throws: ``ProcessError`` where it could not be started.
    package func capture() throws(ProcessError) -> ProcessResult { try start().wait() }

    /// Starts the program; ``RunningProcess/wait(onError:)`` collects it, and other work can go on until then.
    ///
    /// - Parameter isDependent: Whether the program gets SIGTERM when this process is killed, where the system can do that.
    package func start(isDependent: Bool = false) throws(ProcessError) -> RunningProcess {
        let input = try Pipe()
        let output = try Pipe()
        let error = try Pipe()
        let child = try spawn(
            descriptors: (input.reading.rawValue, output.writing.rawValue, error.writing.rawValue),
            deathSignal: isDependent ? SIGTERM : 0)
        for end in [input.reading, output.writing, error.writing] { try? end.close() }
        return RunningProcess(
            id: child, stdin: input.writing, stdout: output.reading, stderr: error.reading, input: self.input)
    }

    func spawn(
        descriptors: (Int32, Int32, Int32) = (-1, -1, -1), ownGroup: Bool = false, ownSession: Bool = false,
        deathSignal: Int32 = 0
    ) throws(ProcessError) -> pid_t {
        let environment = environment ?? Self.inheritedEnvironment()
        var options = csys_spawn_options(
            directory: nil, descriptors: descriptors, own_group: ownGroup ? 1 : 0,
            own_session: ownSession ? 1 : 0, death_signal: deathSignal)
        var child: pid_t = 0
        func start(_ line: [String], _ environment: [String: String]) -> ProcessError? {
            let words = CStringArray(line)
            let variables = CStringArray(environment.map { "\($0.key)=\($0.value)" })
            let code = csys_spawn(line[0], words.pointers, variables.pointers, &options, &child)
            return code == 0 ? nil : ProcessError(program: line[0], code: Errno(rawValue: code))
        }
        func start() -> ProcessError? {
            if let shortcut, start(shortcut.words, environment.merging(shortcut.additions) { $1 }) == nil { return nil }
            return start([executable] + arguments, environment)
        }
        let failure: ProcessError?
        if let directory {
            failure = directory.withPlatformString {
                options.directory = $0
                return start()
            }
        } else {
            failure = start()
        }
        if let failure { throw failure }
        return child
    }

    /// The environment of this process. Variables that are not UTF-8 are left out.
    package static func inheritedEnvironment() -> [String: String] {
        // Room for what most environments hold.
        var result = [String: String](minimumCapacity: 64)
        var next = environ
        while let entry = next.pointee {
            if let text = String(validatingCString: entry), let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) {
                result[String(text[..<equals])] = String(text[text.utf8.index(after: equals)...])
            }
            next += 1
        }
        return result
    }
}

/// What a program printed and how it ended.
package struct ProcessResult: Sendable {
    /// A status other than 0 is a result, too.
    package let exit: ProcessExit
    /// All of the standard output, byte for byte.
    package let output: [UInt8]
    /// All of the standard error, byte for byte.
    package let error: [UInt8]
}

/// A program that could not be started.
package struct ProcessError: UserFacingError, Hashable {
    /// The path or the name that was to be run.
    package let program: String
    /// Of the system call that was refused.
    package let code: Errno

    /// Tells apart a program that is not there and one that may not be run.
    package var message: String {
        switch code {
        case .noSuchFileOrDirectory: "program '\(Console.sanitized(program))' was not found"
        case .permissionDenied: "program '\(Console.sanitized(program))' may not be run: permission denied"
        default: "program '\(Console.sanitized(program))' could not be started: \(code.description.lowercased())"
        }
    }
}

struct Pipe {
    let reading: FileDescriptor
    let writing: FileDescriptor

    init() throws(ProcessError) {
        var ends: (Int32, Int32) = (0, 0)
        let code = withUnsafeMutablePointer(to: &ends) { pointer in
            pointer.withMemoryRebound(to: Int32.self, capacity: 2) { csys_pipe($0) }
        }
        guard code == 0 else { throw ProcessError(program: "pipe", code: Errno(rawValue: code)) }
        reading = FileDescriptor(rawValue: ends.0)
        writing = FileDescriptor(rawValue: ends.1)
    }
}

/// A NULL-terminated array of C strings that lives as long as its owner.
final class CStringArray {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        pointers = .allocate(capacity: count + 1)
        for (index, string) in strings.enumerated() { pointers[index] = strdup(string) }
        pointers[count] = nil
    }

    deinit {
        for index in 0..<count { free(pointers[index]) }
        pointers.deallocate()
    }
}
