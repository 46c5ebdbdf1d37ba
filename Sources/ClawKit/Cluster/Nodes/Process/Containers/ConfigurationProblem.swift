/// Why a container cannot be started as it is declared, in the words of its waiting state.
struct ConfigurationProblem: Error, Sendable, Equatable {
    var reason: String
    var message: String

    init(_ message: String, reason: String = "CreateContainerConfigError") {
        (self.reason, self.message) = (reason, message)
    }
}
