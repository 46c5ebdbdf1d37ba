/// Rows of cells in aligned columns, two blanks between them.
struct Table {
    var header: [String]?
    var rows: [[String]]

    init(header: [String]? = nil, _ rows: [[String]]) { (self.header, self.rows) = (header, rows) }

    var text: String {
        let lines = ((header.map { [$0] } ?? []) + rows).map { $0.map { $0.isEmpty ? "-" : $0.onOneLine } }
        let columns = lines.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            lines.compactMap { $0.indices.contains(column) ? $0[column].count : nil }.max() ?? 0
        }
        return lines.map { cells in
            var line = ""
            for (cell, width) in zip(cells, widths) {
                line += cell + String(repeating: " ", count: width - cell.count + 2)
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}

extension String {
    /// Without control characters: what a server sent must neither break a line nor steer a terminal.
    var onOneLine: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? " " : $0 }))
    }
}
