import CSys

/// How this process gets memory from the system.
package enum MemoryGrowth {
    /// Lets the heap grow in large steps: for commands that read much on several threads, where each small step would
    /// make the others wait. Memory that is not used is not taken.
    package static func inLargeSteps() { csys_grow_heap_by(8 << 20) }
}
