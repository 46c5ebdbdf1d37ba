import ClawBase

/// The two ends of a copy: this machine's files, and a `tar` that runs in a container.
struct ContainerCopy: Sendable {
    /// `pod:path`, for errors.
    let place: String

    /// How much of a command's complaints is kept.
    private static let complaintLimit = 4096

    // MARK: in

    /// Writes an archive to the command's input while its output is read, and waits for its end.
    func send(
        through session: ContainerSession, _ write: @escaping @Sendable (inout ArchiveSource) async throws -> Void
    ) async throws -> CopySummary {
        try await withThrowingTaskGroup(of: Result<CopySummary, any Error>.self) { group in
            group.addTask {
                do {
                    var source = ArchiveSource { try await session.write($0) }
                    try await write(&source)
                    try await session.finishInput()
                    return .success(source.summary)
                } catch {
                    // tar would wait for the rest. Where the connection broke, the reader finds out what happened.
                    if !(error is TransportError) { session.abort() }
                    return .failure((error as? SystemError).map(Finding.init) ?? error)
                }
            }
            let end = await self.end(of: session)
            group.cancelAll()
            let sent = try await group.next()
            switch (end, sent) {
            // What failed on this side is the cause of whatever the other side says.
            case (_, .failure(let error as Finding)): throw error
            case (.failure(let error), _): throw error
            case (.success, .success(let summary)): return summary
            case (.success, _):
                try Task.checkCancellation()
                throw Finding(
                    .copyFailed, "tar ended before it had read everything; look at what the container has of it.",
                    field: place)
            }
        }
    }

    /// How the tar that unpacks did.
    private func end(of session: ContainerSession) async -> Result<Void, any Error> {
        do {
            var complaints: [UInt8] = []
            while let output = try await session.next() {
                if case .standardError(let bytes) = output { Self.add(bytes, to: &complaints) }
            }
            try check(try await session.end(), "tar", complaints)
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    // MARK: out

    func receive(from session: ContainerSession, into target: ArchiveTarget) async throws -> CopySummary {
        var (reader, target) = (TarReader(), target)
        var complaints: [UInt8] = []
        do {
            while let output = try await session.next() {
                switch output {
                case .standardError(let bytes): Self.add(bytes, to: &complaints)
                case .standardOutput(let bytes):
                    reader.append(bytes)
                    while let event = try reader.next() { try target.take(event) }
                }
            }
            var summary = target.summary
            let outcome = try await session.end()
            // GNU tar: the archive is whole, but a file grew meanwhile.
            if outcome.exitCode == 1, String(decoding: complaints, as: UTF8.self).contains("changed as we read it") {
                summary.remarks.append(Finding(.copyFailed, "tar: \(Self.text(complaints)); copy again.", field: place))
            } else {
                try check(outcome, "tar", complaints)
            }
            try reader.finish()
            return summary
        } catch {
            target.abandon()
            throw (error as? SystemError).map(Finding.init) ?? error
        }
    }

    // MARK: failures

    func check(_ outcome: CommandOutcome, _ program: String, _ complaints: [UInt8]) throws(Finding) {
        if outcome.isSuccess { return }
        // What shells and some container runtimes answer.
        if [126, 127].contains(outcome.exitCode) { throw missing(program) }
        let words = Self.text(complaints)
        guard !words.contains("No such file or directory") else {
            throw Finding(.notFound, "The container has no such path; correct it (\(program): \(words)).", field: place)
        }
        throw Finding(
            .copyFailed,
            "\(program) in the container ended with \(outcome.exitCode); mend what it says: "
                + (words.isEmpty ? "nothing" : words), field: place)
    }

    /// Runs `body`, and words the error of a container that lacks the program.
    func naming<Result>(_ program: String, _ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as KubernetesError where Self.isMissing(error) {
            throw missing(program)
        } catch let error as SystemError {
            throw Finding(error)
        }
    }

    private func missing(_ program: String) -> Finding {
        Finding(
            .copyFailed,
            "The container has no '\(program)', which copies need; put it into the image, or copy by an ephemeral "
                + "container that has it.", field: place)
    }

    private static func isMissing(_ error: KubernetesError) -> Bool {
        ["executable file not found", "no such file or directory"].contains { error.message.contains($0) }
    }

    private static func add(_ bytes: [UInt8], to complaints: inout [UInt8]) {
        complaints += bytes.prefix(complaintLimit - complaints.count)
    }

    /// On one line.
    private static func text(_ complaints: [UInt8]) -> String {
        String(decoding: complaints, as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: "; ")
    }
}
