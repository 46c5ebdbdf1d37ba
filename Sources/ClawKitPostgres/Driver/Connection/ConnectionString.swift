public import ClawBase
import CLibpq

/// A PostgreSQL connection URL or keyword string, as libpq reads it. It never describes itself: it may hold a password.
/// <https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING>
public struct ConnectionString: Sendable, Hashable {
    let text: Secret<String>

    public init(_ text: String) { self.text = Secret(text) }

    /// - Throws: ``Finding`` with `E_CONFIG` where libpq cannot read it. The text itself, which may hold a password,
    ///   is not repeated.
    public func check() throws(Finding) {
        var message: UnsafeMutablePointer<CChar>?
        let options = PQconninfoParse(text.reveal(), &message)
        defer {
            PQconninfoFree(options)
            PQfreemem(message)
        }
        guard options == nil else { return }
        throw Finding(
            .badConfig, "The database URL cannot be read; write postgres://user@host:5432/name.", field: "--database")
    }

    /// An option's value where the text itself gives one.
    func option(_ name: String) -> String? {
        guard let options = PQconninfoParse(text.reveal(), nil) else { return nil }
        defer { PQconninfoFree(options) }
        var next = options
        while let keyword = next.pointee.keyword {
            if String(cString: keyword) == name { return next.pointee.val.map { String(cString: $0) } }
            next += 1
        }
        return nil
    }
}
