public import ClawBase
import CLibpq

/// A PostgreSQL connection URL or keyword string, as libpq reads it.
/// <https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING>
public struct ConnectionString: Sendable {
    private let text: Secret<String>

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
}
