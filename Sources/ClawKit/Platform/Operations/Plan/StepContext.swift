public import ClawBase
import ClawDocuments
public import Logging

/// What a step is given.
public struct StepContext<Parameters: Codable & Sendable>: Sendable {
    /// As it was when the step began.
    public let operation: Operation
    public let parameters: Parameters
    public let step: String
    /// 1 for the first.
    public let attempt: Int
    public let time: any TimeSource
    public let logger: Logger
    let report: @Sendable (_ message: String, _ progress: Double?) async -> Void

    public var target: String { operation.target }

    /// Grows with every worker that takes the operation up. Systems that keep the highest they have seen, and refuse
    /// lower ones, are safe from a worker that was taken for dead and still acts.
    public var fencingToken: Int { operation.claim.number }

    /// The same for every attempt of this step, for systems that know requests again by such a key.
    public var idempotencyKey: String { "\(operation.id)/\(step)" }

    /// What an earlier step gave, or this one where it is being undone.
    /// - Throws: ``Finding`` (`E_STORAGE`) where it gave nothing of that type; `E_NOT_FOUND` where it was not done.
    public func output<Output: Decodable>(of name: String, as type: Output.Type = Output.self) throws -> Output {
        guard let output = operation.steps.first(where: { $0.name == name })?.output else {
            throw Finding(.notFound, "The step '\(name)' of operation \(operation.id) has given nothing.", field: name)
        }
        return try StoredValue.value(type, of: output, "the output of step '\(name)'")
    }

    /// Tells who follows the operation how far the step has come. Often told is seldom written: at most twice a second.
    /// - Parameter progress: from 0 to 1.
    public func report(_ message: String, progress: Double? = nil) async { await report(message, progress) }
}
