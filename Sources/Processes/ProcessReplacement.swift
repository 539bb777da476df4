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

    /// Goes on as this program: the same process, with the same terminal and whatever was opened to be inherited.
    ///
    /// - Throws: ``ProcessError`` where it cannot be started; then nothing changed but the working directory.
    package func replaceThisProcess() throws(ProcessError) -> Never {
        let words = CStringArray([executable] + arguments)
        let variables = CStringArray((environment ?? Self.inheritedEnvironment()).map { "\($0.key)=\($0.value)" })
        if let directory, directory.withPlatformString({ chdir($0) }) != 0 {
            throw ProcessError(program: executable, code: Errno(rawValue: errno))
        }
        execve(executable, words.pointers, variables.pointers)
        throw ProcessError(program: executable, code: Errno(rawValue: errno))
    }
}
