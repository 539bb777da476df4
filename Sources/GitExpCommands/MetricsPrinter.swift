import Experiments

/// placeholder until metrics are wired
struct MetricsPrinter {
    init(_ context: ExperimentContext) {}
    func showWorkspace() throws {}
}
