import Formats

extension MetricsComparison {
    /// What `params diff` prints: the values as they are, without differences.
    ///
    /// - Parameters:
    ///   - oldName: The header over the old values.
    ///   - newName: The header over the new ones.
    ///   - hidesPath: Whether the column of the files is left out.
    package func parameterTable(oldName: String, newName: String, hidesPath: Bool) -> PlainTable {
        PlainTable(
            headers: (hidesPath ? [] : ["Path"]) + ["Param", oldName, newName],
            rows: rows.map { row in
                (hidesPath ? [] : [row.path]) + [row.name, Self.text(row.old), Self.text(row.new)]
            })
    }

    private static func text(_ value: Value?) -> String { value.map { PythonText.str($0) } ?? "-" }
}
