import Diagnostics

/// What `stage list` shows.
package enum StageList {
    /// One line per stage: its address, padded, and what it does in a few words.
    package static func lines(of stages: [(address: String, stage: Stage)]) -> [String] {
        let rows = stages.map { (Console.sanitized($0.address), summary(of: $0.stage)) }
        let width = (rows.map { $0.0.unicodeScalars.count }.max() ?? 0) + 2
        return rows.map { name, text in
            name + String(repeating: " ", count: width - name.unicodeScalars.count) + Console.sanitized(text)
        }
    }

    /// The first line of a stage's description, or what it writes or reads; at most 80 characters.
    package static func summary(of stage: Stage) -> String {
        let text = LineCutter.lines(of: stage.description ?? "").first ?? ""
        return String((text.isEmpty ? generated(stage) : text).prefix(80))
    }

    private static func generated(_ stage: Stage) -> String {
        if stage.outputs.isEmpty {
            let read = stage.dependencies.map(\.path) + stage.parameters.map(\.file)
            return read.isEmpty ? "No outputs or dependencies" : "Depends on " + read.joined(separator: ", ")
        }
        let isReport = { (output: Output) in output.kind != .plain }
        let plain = stage.outputs.filter { !isReport($0) }.map(\.path)
        let reports = stage.outputs.filter(isReport).map(\.path)
        var parts: [String] = []
        if !plain.isEmpty { parts.append("Outputs " + plain.joined(separator: ", ")) }
        if !reports.isEmpty { parts.append("Reports " + reports.joined(separator: ", ")) }
        return parts.joined(separator: "; ")
    }
}
