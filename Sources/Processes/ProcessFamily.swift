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
            guard let process = Int32(entry.name), let parent = Self.parent(of: entry.name) else { continue }
            children[parent, default: []].append(process)
        }
        var found: [Int32] = []
        var rest = [ancestor]
        while let next = rest.popLast() {
            found += children[next] ?? []
            rest += children[next] ?? []
        }
        members = found
    }

    var isAlive: Bool { members.contains { kill($0, 0) == 0 } }

    func send(_ signal: Int32) {
        for process in members { kill(process, signal) }
    }

    /// The second field behind the program's name, which stands in parentheses and may hold anything.
    private static func parent(of process: String) -> Int32? {
        guard let file = fopen("/proc/\(process)/stat", "re") else { return nil }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 1_024)
        let count = fread(&buffer, 1, buffer.count, file)
        guard let end = buffer[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = buffer[(end + 1)..<count].split(separator: UInt8(ascii: " "))
        return fields.count > 1 ? Int32(String(decoding: fields[1], as: UTF8.self)) : nil
    }
}
