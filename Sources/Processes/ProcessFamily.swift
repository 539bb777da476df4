import Files

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The processes that a process started, and those that they did, at one moment.
struct ProcessFamily {
    private let members: [Int32]

    /// Without `/proc` there are none.
    init(of ancestor: Int32) {
        var children: [Int32: [Int32]] = [:]
        for entry in (try? FileIO.list("/proc")) ?? [] {
            guard let process = Int32(entry.name), let known = Status(of: process) else { continue }
            children[known.parent, default: []].append(process)
        }
        var found: [Int32] = []
        var rest = [ancestor]
        while let next = rest.popLast() {
            found += children[next] ?? []
            rest += children[next] ?? []
        }
        members = found
    }

    var isAlive: Bool { members.contains { kill($0, 0) == 0 && Status(of: $0)?.hasEnded != true } }

    /// Whether a process of the group is still at it. One that has ended counts in the group for the system until
    /// somebody collects it, which nobody may do in a container.
    static func isAlive(group: Int32) -> Bool {
        guard kill(-group, 0) == 0 else { return false }
        let all = ((try? FileIO.list("/proc")) ?? []).compactMap { Int32($0.name).flatMap(Status.init(of:)) }
        return all.isEmpty || all.contains { $0.group == group && !$0.hasEnded }
    }

    func send(_ signal: Int32) {
        for process in members { kill(process, signal) }
    }
}

/// What the system says of a process.
private struct Status {
    let hasEnded: Bool
    let parent: Int32
    let group: Int32

    /// Reads the fields behind the program's name, which stands in parentheses and may hold anything.
    init?(of process: Int32) {
        guard let file = fopen("/proc/\(process)/stat", "re") else { return nil }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 1_024)
        let count = fread(&buffer, 1, buffer.count, file)
        guard let end = buffer[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = buffer[(end + 1)..<count].split(separator: UInt8(ascii: " "))
            .prefix(3).map { String(decoding: $0, as: UTF8.self) }
        guard fields.count == 3, let parent = Int32(fields[1]), let group = Int32(fields[2]) else { return nil }
        hasEnded = ["Z", "X"].contains(fields[0])
        self.parent = parent
        self.group = group
    }
}
