import ClawBase
import ClawControl
import ClawKubernetes
import Logging
import Synchronization

/// Keeps the annotation ``RolloutAnnotation/updateImage`` what a rollout's policy chooses from its repository.
///
/// The spec stays as it is, so that a tool which keeps it in a repository sees no difference. The annotation belongs to
/// one repository: with another in the spec it does not count, and without a policy neither.
///
/// Rollouts of one repository share its answers: it is asked once per interval, however many they are.
final class ImageUpdater: Sendable {
    private struct Place: Hashable {
        let repository: ImageReference
        let credentials: RegistryCredentials?
    }

    private struct Answer: Sendable {
        var tags: TagList?
        var digest: String?
        /// When it came; nil where none has come yet.
        var moment: Timestamp?
        /// Since when somebody is asking.
        var asking: Timestamp?
        /// What the registry asked for.
        var notBefore: Timestamp?
    }

    private let registry: RegistryClient
    private let time: any TimeSource
    private let logger: Logger
    private let answers = Mutex<[Place: Answer]>([:])

    init(_ registry: RegistryClient, time: some TimeSource, logger: Logger) {
        (self.registry, self.time, self.logger) = (registry, time, logger)
    }

    /// Looks at one rollout, asks its registry where it is time to, and notes what is chosen.
    /// - Returns: when to look again; nil where nothing is asked for.
    func update(_ rollout: Rollout, _ api: any KubernetesAPI) async throws -> Duration? {
        guard let wish = ImageUpdate(rollout), RolloutAdmission(rollout).findings.allSatisfy({ !$0.refuses }) else {
            return nil
        }
        do {
            // Somebody else is asking right now; the answer is for all.
            guard let answer = try await answer(rollout.spec.image, wish) else { return .seconds(2) }
            try await note(choose(rollout, wish, from: answer), on: rollout, api)
        } catch let finding as Finding {
            // A registry that is down is no fault of the rollout, which goes on as it is.
            logger.warning(
                "no news of an image",
                metadata: ["rollout": "\(ObjectKey(rollout))", "reason": "\(finding)"])
        }
        return wish.interval
    }

    private func choose(_ rollout: Rollout, _ wish: ImageUpdate, from answer: Answer) -> ImageReference? {
        let image = ImageReference(rollout.spec.image)
        guard let tag = wish.policy.choose(from: answer.tags?.tags ?? [], present: image.tag) else { return nil }
        let chosen = ImageReference(
            registry: image.registry, repository: image.repository, tag: tag,
            digest: wish.policy.isMoving ? answer.digest : nil)
        return chosen == image ? nil : chosen
    }

    /// What the registry says, at most as old as the interval; nil while somebody else is asking.
    private func answer(_ spec: Rollout.Image, _ wish: ImageUpdate) async throws -> Answer? {
        let (image, credentials) = (ImageReference(spec), RegistryCredentials(spec))
        let place = Place(
            repository: ImageReference(registry: image.registry, repository: image.repository, tag: ""),
            credentials: credentials)
        let now = time.now
        switch reserve(place, wish, now) {
        case .wait: return nil
        case .fresh(let answer): return answer
        case .refused(let finding): throw finding
        case .ask(let last):
            var answer = last
            answer.asking = nil
            defer { keep(answer, of: place, now) }
            do {
                answer.tags = try await registry.tags(of: image, credentials, since: last.tags)
                if wish.policy.isMoving, answer.tags?.tags.contains("latest") ?? false {
                    var moving = image
                    moving.tag = "latest"
                    answer.digest = try await registry.digest(of: moving, credentials)
                }
                (answer.moment, answer.notBefore) = (now, nil)
                return answer
            } catch let finding as Finding {
                answer.notBefore = finding.details["retryAfter"].flatMap(Int.init).map { now + .seconds($0) }
                throw finding
            }
        }
    }

    private enum Turn {
        case ask(Answer)
        case fresh(Answer)
        case wait
        case refused(Finding)
    }

    private func reserve(_ place: Place, _ wish: ImageUpdate, _ now: Timestamp) -> Turn {
        answers.withLock { answers in
            var last = answers[place] ?? Answer()
            if let moment = last.moment, now - moment < wish.interval, !wish.policy.isMoving || last.digest != nil {
                return .fresh(last)
            }
            if let asking = last.asking, now - asking < registry.limits.deadline * 2 { return .wait }
            if let notBefore = last.notBefore, now < notBefore {
                return .refused(Finding(.registryBusy, "The registry asked to come back later."))
            }
            last.asking = now
            answers[place] = last
            return .ask(last)
        }
    }

    private func keep(_ answer: Answer, of place: Place, _ now: Timestamp) {
        answers.withLock { answers in
            // Those of repositories that nobody asks about any more.
            if answers.count >= 10_000 { answers = answers.filter { now - ($0.value.moment ?? now) < .days(1) } }
            answers[place] = answer
        }
    }

    private func note(_ chosen: ImageReference?, on rollout: Rollout, _ api: any KubernetesAPI) async throws {
        let text = chosen.map { "\($0)" }
        guard rollout.annotations[RolloutAnnotation.updateImage] != text else { return }
        logger.info(
            "image chosen", metadata: ["rollout": "\(ObjectKey(rollout))", "image": "\(text ?? "that of the spec")"])
        _ = try await api.mergePatch(
            Rollout.self, rollout.name, in: rollout.namespace,
            ["metadata": ["annotations": [RolloutAnnotation.updateImage: text.map(JSON.string) ?? .null]]])
    }
}

extension Finding {
    /// Whether it speaks against carrying something out; warnings do not.
    var refuses: Bool { !code.rawValue.hasPrefix("W_") }
}
