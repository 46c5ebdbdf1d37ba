import ClawDocuments
import ClawBase

extension PlatformStoreConformance {
    package static func sampleUser(_ name: String, token: String? = nil) -> User {
        let created = Timestamp(nanoseconds: 1_767_225_600_123_456_789)
        return User(
            name: name, displayName: "A person",
            credentials: token.map { [.init(hash: Token.hash($0), label: "first", createdAt: created)] } ?? [],
            createdAt: created)
    }

    package static func sampleOperation(
        _ id: String, target: String, idempotencyKey: String? = nil, state: Operation.State = .pending
    ) -> Operation {
        let now = Timestamp(nanoseconds: 1_767_225_600_123_456_789)
        return Operation(
            id: id, idempotencyKey: idempotencyKey, actor: "ada", target: target, action: "start", state: state,
            steps: [.init(name: "volume", state: .succeeded, attempts: 1, startedAt: now, endedAt: now, message: "ok")],
            result: ["url": "http://x"], error: .init(code: .conflict, message: "m"), createdAt: now)
    }

    static func that(_ condition: Bool, _ message: String) throws {
        if !condition { throw Failure(description: message) }
    }

    static func equal<T: Equatable>(_ found: T, _ expected: T) throws {
        try that(found == expected, "found \(found), expected \(expected)")
    }

    @discardableResult
    static func refused(_ code: FindingCode, _ body: () async throws -> some Any) async throws -> Finding {
        do {
            _ = try await body()
        } catch let finding as Finding {
            try equal(finding.code, code)
            return finding
        }
        throw Failure(description: "expected \(code), but it was accepted")
    }
}
