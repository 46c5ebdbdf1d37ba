import ClawDocuments

/// How a command in a container ended.
public struct CommandOutcome: Sendable, Hashable {
    /// 0 for success; 128 + the signal's number after a signal.
    public var exitCode: Int

    public init(exitCode: Int) { self.exitCode = exitCode }

    public var isSuccess: Bool { exitCode == 0 }

    /// From the `Status` on the error stream.
    /// - Throws: ``KubernetesError`` where the command could not be run at all.
    package init(status bytes: [UInt8]) throws(KubernetesError) {
        guard let status = try? JSONParser.parse(bytes) else {
            throw KubernetesError(code: 500, reason: "InternalError", message: String(decoding: bytes, as: UTF8.self))
        }
        if status["status"]?.string == "Success" {
            self.init(exitCode: 0)
            return
        }
        let causes = status["details"]?["causes"]?.array ?? []
        if status["reason"]?.string == Self.nonZero,
            let code = causes.first(where: { $0["reason"]?.string == Self.exitCodeCause })?["message"]?.string,
            let number = Int(code)
        {
            self.init(exitCode: number)
            return
        }
        throw KubernetesError(status: status["code"]?.integer.flatMap { Int(exactly: $0) } ?? 500, status)
    }

    /// The `Status` as the kubelet words it.
    package var status: [UInt8] {
        guard !isSuccess else { return JSON.object(["metadata": [:], "status": "Success"]).bytes() }
        return JSON.object([
            "metadata": [:], "status": "Failure",
            "message": .string("command terminated with non-zero exit code: exit status \(exitCode)"),
            "reason": .string(Self.nonZero),
            "details": [
                "causes": [["reason": .string(Self.exitCodeCause), "message": .string(String(exitCode))]]
            ],
        ]).bytes()
    }

    private static let nonZero = "NonZeroExitCode"
    private static let exitCodeCause = "ExitCode"
}
