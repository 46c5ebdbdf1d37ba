/// The usual way for comparison: plain structs and Foundation's JSONDecoder, only the fields the benchmark reads.
struct CodablePodList: Decodable {
    var items: [CodablePod]
}

struct CodablePod: Decodable {
    struct Metadata: Decodable {
        var name: String
        var namespace: String?
        var uid: String?
        var labels: [String: String]?
        var annotations: [String: String]?
    }
    struct Spec: Decodable {
        struct Container: Decodable {
            struct Port: Decodable {
                var name: String?
                var containerPort: Int
            }
            var name: String
            var image: String?
            var ports: [Port]?
        }
        var containers: [Container]
        var nodeName: String?
    }
    struct Status: Decodable {
        struct Condition: Decodable {
            var type: String
            var status: String
        }
        struct ContainerStatus: Decodable {
            var name: String
            var restartCount: Int
            var ready: Bool
        }
        var phase: String?
        var conditions: [Condition]?
        var containerStatuses: [ContainerStatus]?
    }
    var metadata: Metadata
    var spec: Spec?
    var status: Status?
}
