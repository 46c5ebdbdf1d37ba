import ClawBase
import ClawPlatform

/// What a file says of all deployments of one name.
struct LiteLLMModel: Sendable {
    var name: String
    var deployments: [DeclaredDeployment] = []
    var accessGroups: Set<String> = []
    /// The longest of its deployments': limits of time are a model's here, not a deployment's.
    var timeout: Duration?
    var streamTimeout: Duration?
    var hasWeights = false
}

/// One entry of `model_list`, as it stands.
struct LiteLLMDeployment: Sendable {
    struct Costs: Sendable, Equatable {
        var input: Int64?
        var output: Int64?
        var cacheRead: Int64?
        var cacheWrite: Int64?
        var reasoning: Int64?
        var audioInput: Int64?
        var audioOutput: Int64?
    }

    var name: String
    var model: String?
    var provider: String?
    var id: String?
    var baseURL: String?
    /// There is an address, though it may not be known.
    var hasAddress = false
    var key: SecretLocation?
    var apiVersion: String?
    var (awsID, awsSecret, awsSession): (SecretLocation?, SecretLocation?, SecretLocation?) = (nil, nil, nil)
    var region: String?
    var traits = DeploymentTraits()
    var hasWeight = false
    var timeout: Duration?
    var streamTimeout: Duration?
    var headers: [String: String] = [:]
    var outputLimit: Int?
    var accessGroups: [String] = []
    var baseModel: String?
    var skipsHealthChecks = false
    var healthTimeout: Duration?
    var costs = Costs()

    init(name: String) { self.name = name }
}
