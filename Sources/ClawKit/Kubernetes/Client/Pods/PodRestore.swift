/// How a pod asks a process node to bring containers back from checkpoints, and is told what was really done.
public struct PodRestore: Sendable, Hashable {
    /// Names of checkpoint archives of the pod's namespace, separated by commas, each with `@` and its digest
    /// (`sha256:…`) behind it where that must be checked against what the asker knows. Each is for the container of
    /// the name it was made of.
    public static let requestAnnotation = "clawkit.dev/restore-from"
    /// A JSON object, container to ``PodRestore``.
    public static let outcomeAnnotation = "clawkit.dev/restored"

    /// `true`: the archives are removed as soon as the processes are about to go on, so that nothing goes on from them
    /// twice.
    public static let onceAnnotation = "clawkit.dev/restore-once"

    public enum Method: String, Sendable, Hashable {
        /// The processes go on where they were.
        case process = "Process"
        /// Started anew on the files that it had.
        case image = "Image"
        /// Started as if there were no checkpoint.
        case cold = "Cold"
    }

    public var method: Method
    public var checkpoint: String
    /// Why a better method was not used: a finding's code and message.
    public var code: String?
    public var message: String?
    /// What the restore took.
    public var milliseconds: Double?

    public init(
        method: Method, checkpoint: String, code: String? = nil, message: String? = nil, milliseconds: Double? = nil
    ) {
        (self.method, self.checkpoint, self.code, self.message) = (method, checkpoint, code, message)
        self.milliseconds = milliseconds
    }

    /// One archive asked for.
    public struct Request: Sendable, Hashable {
        public var checkpoint: String
        public var digest: String?

        public init(checkpoint: String, digest: String? = nil) {
            (self.checkpoint, self.digest) = (checkpoint, digest)
        }

        public var text: String { checkpoint + (digest.map { "@\($0)" } ?? "") }
    }

    /// What the annotation asks for; at most sixteen.
    public static func requests(of pod: Pod) -> [Request] {
        (pod.annotations[requestAnnotation] ?? "").split(separator: ",").prefix(16).map { text in
            let parts = text.split(separator: "@", maxSplits: 1)
            return Request(
                checkpoint: parts.first.map { String($0.filter { $0 != " " }) } ?? "",
                digest: parts.count > 1 ? String(parts[1].filter { $0 != " " }) : nil)
        }
    }

    /// What became of them, by container; empty where nothing was told yet.
    public static func outcomes(of pod: Pod) -> [String: PodRestore] {
        guard let text = pod.annotations[outcomeAnnotation],
            let object = try? JSONParser.parse(Array(text.utf8)).object
        else { return [:] }
        var outcomes: [String: PodRestore] = [:]
        for (container, value) in object {
            guard let method = value["method"]?.string.flatMap(Method.init(rawValue:)) else { continue }
            outcomes[container] = PodRestore(
                method: method, checkpoint: value["checkpoint"]?.string ?? "", code: value["code"]?.string,
                message: value["message"]?.string, milliseconds: value["milliseconds"]?.number)
        }
        return outcomes
    }

    /// As the annotation has it.
    public static func text(of outcomes: [String: PodRestore]) -> String {
        JSON.object(
            JSONObject(
                distinct: outcomes.sorted { $0.key < $1.key }.map { container, outcome in
                    var object = JSONObject(distinct: [
                        ("method", .string(outcome.method.rawValue)), ("checkpoint", .string(outcome.checkpoint)),
                    ])
                    if let code = outcome.code { object["code"] = .string(code) }
                    if let message = outcome.message { object["message"] = .string(String(message.prefix(1024))) }
                    if let milliseconds = outcome.milliseconds { object["milliseconds"] = .double(milliseconds) }
                    return (container, .object(object))
                })
        ).description
    }
}
