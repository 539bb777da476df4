import CSys
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension ProcessCall {
    /// The program that this process runs.
    package static var ownProgram: String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink("/proc/self/exe", &buffer, Int(PATH_MAX))
        if count > 0, let path = String(validating: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) {
            return path
        }
        return CommandLine.arguments[0]
    }

    /// Makes a file that outgrows the limit for files (`ulimit -f`) an error; without this it ends the process, and what
    /// it had begun stays behind.
    package static func refuseLargeFiles() { csys_ignore_size_signal() }

    /// Goes on as this program: the same process, with the same terminal and whatever was opened to be inherited.
    ///
    /// - Throws: ``ProcessError`` where it cannot be started; then nothing changed but the working directory.
    package func replaceThisProcess() throws(ProcessError) -> Never {
        let words = CStringArray([executable] + arguments)
        let variables = CStringArray((environment ?? Self.inheritedEnvironment()).map { "\($0.key)=\($0.value)" })
        if let directory, directory.withPlatformString({ chdir($0) }) != 0 {
            throw ProcessError(program: executable, code: Errno(rawValue: errno))
        }
        csys_restore_size_signal()
        execve(executable, words.pointers, variables.pointers)
        let code = Errno(rawValue: errno)
        Self.refuseLargeFiles()
        throw ProcessError(program: executable, code: code)
    }
}
