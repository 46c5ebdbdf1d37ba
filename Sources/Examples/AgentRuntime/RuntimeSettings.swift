import ClawBase

/// What the environment tells a runtime. The names are the contract between platform and runtimes.
struct RuntimeSettings: Sendable {
    /// Where to listen on the loopback address; 0 lets the system choose.
    var port: Int
    /// What must survive restarts is kept here.
    var stateDirectory: String
    /// What `/chat/completions` is put behind.
    var baseURL: String
    /// The runtime's own virtual key; the gateway holds the real ones.
    var apiKey: Secret<String>
    /// What requests must carry; nil: nothing, for use by hand on one's own machine.
    var gatewayToken: Secret<String>?
    var model: String

    /// - Throws: ``Finding`` with `E_CONFIG` that names the variable and what it should hold.
    init(_ environment: [String: String]) throws(Finding) {
        func required(_ name: String, _ meaning: String) throws(Finding) -> String {
            try Self.required(name, meaning, environment)
        }
        port = try Self.port(environment)
        stateDirectory = try required("STATE_DIR", "a directory for what must survive restarts")
        let url = try required("OPENAI_BASE_URL", "the model gateway's URL, such as http://127.0.0.1:4000/v1")
        guard ["http://", "https://"].contains(where: { url.hasPrefix($0) && url.count > $0.count }) else {
            throw Finding(.badConfig, "OPENAI_BASE_URL must be an http or https URL.", field: "OPENAI_BASE_URL")
        }
        baseURL = url.hasSuffix("/") ? String(url.dropLast()) : url
        apiKey = Secret(try required("OPENAI_API_KEY", "the runtime's key for the model gateway"))
        model = try required("MODEL", "the name of a model the gateway serves")
        if let token = environment["OPENCLAW_GATEWAY_TOKEN"] {
            // Set but empty is a mistake somewhere; taking it for "no token" would open the door.
            guard !token.isEmpty else {
                throw Finding(
                    .badConfig, "OPENCLAW_GATEWAY_TOKEN is empty; set it to a token, or not at all for open access.",
                    field: "OPENCLAW_GATEWAY_TOKEN")
            }
            gatewayToken = Secret(token)
        }
    }

    /// What is known before there is a user.
    static func port(_ environment: [String: String]) throws(Finding) -> Int {
        guard let port = Int(try required("PORT", "the port to listen at", environment)), (0...65535).contains(port) else {
            throw Finding(.badConfig, "PORT must be a whole number from 0 to 65535.", field: "PORT")
        }
        return port
    }

    private static func required(
        _ name: String, _ meaning: String, _ environment: [String: String]
    ) throws(Finding) -> String {
        guard let value = environment[name], !value.isEmpty else {
            throw Finding(
                .badConfig, "The environment variable \(name) is not set; set it to \(meaning).", field: name)
        }
        return value
    }
}
