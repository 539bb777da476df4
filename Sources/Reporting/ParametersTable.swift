import Formats

extension MetricsComparison {
    /// What `params diff` prints: the values as they are, without differences.
    ///
    /// - Parameters:
    ///   - oldName: The header over the old values.
    ///   - newName: The header over the new ones.
    ///   - hidesPath: Whether the column of the files is left out.
    ///   - missing: What stands for a value that is not there.
    package func parameterTable(
        oldName: String, newName: String, hidesPath: Bool, missing: String = "-"
    ) -> PlainTable {
        func text(_ value: Value?) -> String { value.map { PythonText.str($0) } ?? missing }
        return PlainTable(
            headers: (hidesPath ? [] : ["Path"]) + ["Param", oldName, newName],
            rows: rows.map { row in
                (hidesPath ? [] : [row.path]) + [row.name, text(row.old), text(row.new)]
            })
    }
}
