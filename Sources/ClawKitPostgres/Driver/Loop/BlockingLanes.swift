import Dispatch
import Synchronization

/// A few threads for the calls of libpq that block: making a connection and sending a cancel request.
///
/// Each lane does one thing at a time; what comes goes to the lane with the least to do. A lane without work has no
/// thread.
final class BlockingLanes: Sendable {
    private let lanes: [DispatchQueue]
    private let loads: Mutex<[Int]>

    /// Connections are made here and not on the event loop, because PQconnectPoll would resolve host names there,
    /// derive SCRAM keys (4,096 rounds of HMAC) and shake TLS hands, while all other connections wait; nor does it know
    /// `connect_timeout`, by which libpq leaves a silent host for the next one.
    static let connecting = BlockingLanes(8, "clawkit.postgres.connecting")
    /// Apart from the others, so that a query can be cancelled while hosts do not answer.
    static let cancelling = BlockingLanes(4, "clawkit.postgres.cancelling")

    init(_ count: Int, _ label: String) {
        lanes = (0..<count).map { DispatchQueue(label: "\(label).\($0)") }
        loads = Mutex(Array(repeating: 0, count: count))
    }

    func run(_ work: @escaping @Sendable () -> Void) {
        let lane = loads.withLock { loads in
            let lane = loads.indices.min { loads[$0] < loads[$1] } ?? 0
            loads[lane] += 1
            return lane
        }
        lanes[lane].async {
            work()
            self.loads.withLock { $0[lane] -= 1 }
        }
    }
}
