package import ClawKubernetes
import HTTPTypes
import Synchronization

/// The writes that go through an API, as `verb resource name`.
package final class WriteLog: Sendable {
    private let entries = Mutex<[String]>([])

    package init() {}

    package var all: [String] { entries.withLock { $0 } }
    package var count: Int { entries.withLock { $0.count } }

    /// The same API, its writes noted.
    package func watching(_ api: some KubernetesAPI) -> ModifiedAPI {
        ModifiedAPI(api) { [self] request in
            guard ![.get, .head, .options].contains(request.method) else { return }
            let target = request.target
            let parts = [
                request.method.rawValue, target?.type.plural ?? "?",
                (target?.name).map { $0 + (target?.subresource.map { "/\($0)" } ?? "") } ?? "",
            ]
            entries.withLock { $0.append(parts.joined(separator: " ")) }
        }
    }
}
