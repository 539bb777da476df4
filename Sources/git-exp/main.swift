import CRuntimeStubs
import GitExpCommands

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

exit(runGitExp(Array(CommandLine.arguments.dropFirst())))
