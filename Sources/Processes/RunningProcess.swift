import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A program that is running and whose output is being kept.
package final class RunningProcess {
    /// The number of the process, which nobody else gets before its end was waited for.
    package let id: Int32
    private var stdin: FileDescriptor?
    private let stdout: FileDescriptor
    private let stderr: FileDescriptor
    private var input: ArraySlice<UInt8>
    private var isCollected = false

    init(id: Int32, stdin: FileDescriptor, stdout: FileDescriptor, stderr: FileDescriptor, input: [UInt8]) {
        self.id = id
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.input = input[...]
        for file in [stdin, stdout, stderr] { _ = fcntl(file.rawValue, F_SETFL, O_NONBLOCK) }
    }

    deinit {
        if !isCollected { _ = wait() }
    }

    /// Feeds the program its input and waits until it has ended.
    ///
    /// - Parameter onError: Called with what is new on the program's standard error, as soon as it comes.
    package func wait(onError: ((ArraySlice<UInt8>) -> Void)? = nil) -> ProcessResult {
        isCollected = true
        var output: [UInt8] = []
        var error: [UInt8] = []
        var isOutputOpen = true
        var isErrorOpen = true
        feed()
        while isOutputOpen || isErrorOpen {
            var sources = [
                pollfd(fd: isOutputOpen ? stdout.rawValue : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isErrorOpen ? stderr.rawValue : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: stdin?.rawValue ?? -1, events: Int16(POLLOUT), revents: 0),
            ]
            if poll(&sources, 3, -1) < 0 && errno != EINTR { break }
            if sources[0].revents != 0 { isOutputOpen = Self.drain(stdout, into: &output) }
            if sources[1].revents != 0 {
                let known = error.count
                isErrorOpen = Self.drain(stderr, into: &error)
                if let onError, error.count > known { onError(error[known...]) }
            }
            if sources[2].revents != 0 { feed() }
        }
        try? stdin?.close()
        try? stdout.close()
        try? stderr.close()
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0 && errno == EINTR {}
        return ProcessResult(exit: ProcessExit(waitStatus: status), output: output, error: error)
    }

    private func feed() {
        guard let file = stdin else { return }
        while !input.isEmpty {
            let written = input.withUnsafeBytes { writeWithoutSignal(file.rawValue, $0) }
            if written < 0 && errno == EINTR { continue }
            if written < 0 && errno == EAGAIN { return }
            // A program that does not read all of its input is not our failure.
            if written < 0 { break }
            input = input.dropFirst(written)
        }
        try? file.close()
        stdin = nil
    }

    /// - Returns: Whether more may come.
    private static func drain(_ file: FileDescriptor, into bytes: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(file.rawValue, &buffer, buffer.count)
            if count > 0 {
                bytes += buffer[..<count]
            } else if count == 0 {
                return false
            } else if errno == EAGAIN {
                return true
            } else if errno != EINTR {
                return false
            }
        }
    }
}

/// Writes to a pipe whose reader may be gone; that is an error then and not the end of this process.
private func writeWithoutSignal(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    var pipeSignal = sigset_t()
    var old = sigset_t()
    sigemptyset(&pipeSignal)
    sigaddset(&pipeSignal, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &pipeSignal, &old)
    let written = write(descriptor, bytes.baseAddress, bytes.count)
    if written < 0 && errno == EPIPE {
        var none = timespec()
        sigtimedwait(&pipeSignal, nil, &none)
        errno = EPIPE
    }
    let code = errno
    pthread_sigmask(SIG_SETMASK, &old, nil)
    errno = code
    return written
}

extension ProcessCall {
    /// Runs the program with our standard output and error, gives it its input, and waits for its end.
    ///
    /// - Throws: ``ProcessError`` where it could not be started.
    package func feed() throws(ProcessError) {
        let pipe = try Pipe()
        let child = try spawn(descriptors: (pipe.reading.rawValue, -1, -1))
        try? pipe.reading.close()
        var rest = input[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { writeWithoutSignal(pipe.writing.rawValue, $0) }
            if written < 0 && errno == EINTR { continue }
            if written <= 0 { break }
            rest = rest.dropFirst(written)
        }
        try? pipe.writing.close()
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    }
}
