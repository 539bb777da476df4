#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Loops over many independent pieces of work, on as many threads as there are processors.
package enum Parallel {
    /// The number of processors this process may use.
    package static let width = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// Calls `body` with each index below `count`, in no particular order.
    ///
    /// - Parameter width: The number of threads, for work that waits more than it computes.
    /// - Throws: The first error that a call threw; pieces not yet begun are left out then.
    package static func forEach(
        count: Int, width: Int = Parallel.width, _ body: @escaping @Sendable (Int) throws -> Void
    ) throws {
        let width = min(width, count)
        if width <= 1 {
            for index in 0..<count { try body(index) }
            return
        }
        let work = Work(count: count, body: body)
        var threads: [pthread_t] = []
        for _ in 1..<width {
            var thread = pthread_t()
            let box = Unmanaged.passRetained(work)
            let status = pthread_create(&thread, nil, runWork, box.toOpaque())
            if status == 0 { threads.append(thread) } else { box.release() }
        }
        work.run()
        for thread in threads { pthread_join(thread, nil) }
        if let failure = work.failure { throw failure }
    }
}

private func runWork(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
    return nil
}

/// A counter and a failure behind one lock.
private final class Work: @unchecked Sendable {
    private let count: Int
    private let body: @Sendable (Int) throws -> Void
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var next = 0
    private(set) var failure: (any Error)?

    init(count: Int, body: @escaping @Sendable (Int) throws -> Void) {
        self.count = count
        self.body = body
        pthread_mutex_init(lock, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    private func take() -> Int? {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        guard next < count, failure == nil else { return nil }
        next += 1
        return next - 1
    }

    private func fail(_ error: any Error) {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        if failure == nil { failure = error }
    }

    func run() {
        while let index = take() {
            do { try body(index) } catch { fail(error) }
        }
    }
}
