import ClawDocuments

extension Session {
    /// Exactly one JSON document, or the text.
    func show(_ document: JSON, text: @autoclosure () -> String) {
        switch output {
        case .text: console.print(text())
        case .json: console.print(String(decoding: JSONWriter.bytes(of: document, .pretty), as: UTF8.self))
        }
    }

    /// A list with its header; empty lists say so on stderr, so that stdout stays what a script expects.
    func showList(_ document: JSON, _ header: [String], _ row: (JSON) -> [String]) {
        let items = document["items"]?.array ?? []
        if output == .text, items.isEmpty {
            console.printError("nothing there")
            return
        }
        show(document, text: Table(header: header, items.map(row)).text)
    }

    func showDetails(_ object: JSON) { show(object, text: Details(object: object).text) }

    /// What a script can do without: only to somebody who watches, and never beside JSON.
    func tell(_ note: String) {
        if output == .text { console.printError(note.onOneLine) }
    }
}

extension JSON {
    /// A member as text for a cell, empty where it is absent.
    func text(_ name: String) -> String {
        guard let value = self[name], !value.isNull else { return "" }
        return Details.short(value)
    }
}
