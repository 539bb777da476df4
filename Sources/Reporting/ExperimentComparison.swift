import Formats

/// What `diff` prints: metrics and parameters of two revisions, one table each.
package struct ExperimentComparison {
    /// How the tables look.
    package struct Style: Sendable {
        /// The headers over the old and the new values.
        package var names: (old: String, new: String)
        /// Whether the first column, the file of each value, is left out.
        package var hidesPath = false
        /// Significant digits of metrics; parameters are printed in full.
        package var digits = 5

        /// Takes the two headers; the rest is what nobody asked to be otherwise.
        package init(names: (old: String, new: String)) { self.names = names }
    }

    private let metrics: MetricsComparison
    private let parameters: MetricsComparison

    /// Takes what differs in metrics and in parameters; either may be empty.
    package init(metrics: MetricsComparison, parameters: MetricsComparison) {
        self.metrics = metrics
        self.parameters = parameters
    }

    /// As DVC prints it: `metrics` and `params`, each as ``MetricsComparison/json``.
    package var json: Value {
        .mapping(Mapping([("metrics", metrics.json), ("params", parameters.json)]))
    }

    /// Both tables with an empty line between them; without any difference there is just that line.
    package func text(_ style: Style, isMarkdown: Bool) -> String {
        func print(_ comparison: MetricsComparison, _ kind: String, digits: Int?) -> String {
            if comparison.isEmpty { return "" }
            let table = comparison.table(of: kind, style, digits: digits)
            return isMarkdown ? table.markdown : table.text
        }
        return print(metrics, "Metric", digits: style.digits) + "\n" + print(parameters, "Param", digits: nil)
    }

    /// Both tables as one, with a first column that tells them apart; numbers in full.
    package func csv(_ style: Style) -> String {
        let header = ["Kind", "Path", "Name", style.names.old, style.names.new, "Change"]
        let rows = [("metric", metrics), ("param", parameters)].flatMap { kind, comparison in
            comparison.rows.map { row in
                [kind, row.path, row.name]
                    + [row.old, row.new, MetricsComparison.difference(row)].map { value in
                        value.map { CellText.of($0, digits: nil) } ?? ""
                    }
            }
        }
        return ([header] + rows).map(CSVText.line).joined()
    }
}

extension MetricsComparison {
    fileprivate func table(of kind: String, _ style: ExperimentComparison.Style, digits: Int?) -> PlainTable {
        func cell(_ value: Value?) -> String { value.map { CellText.of($0, digits: digits) } ?? "-" }
        return PlainTable(
            headers: (style.hidesPath ? [] : ["Path"]) + [kind, style.names.old, style.names.new, "Change"],
            rows: rows.map { row in
                let change = Self.difference(row).map { CellText.of($0, digits: digits) } ?? "diff not supported"
                return (style.hidesPath ? [] : [row.path]) + [row.name, cell(row.old), cell(row.new), change]
            })
    }
}
