import ArgumentParser
import ClawApps
import ClawBase
import ClawDocuments
import ClawPlatform

struct CheckpointImageCommand: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "image",
        abstract: "Makes an image of a kubelet's checkpoint archive, which CRI-O restores the container from.",
        discussion: """
            Where the archive is. The directory becomes an OCI image layout. With --push it goes to a registry at once; else
            any tool that knows layouts pushes it. Give the pushed image's reference to the checkpoint as its annotation
            clawkit.dev/restore-image.
            """)
    @OptionGroup var connection: ConnectionOptions
    @Argument(help: "The archive, checkpoint-….tar.") var archive: String
    @Argument(help: "The new directory.") var directory: String
    @Option(help: "The container that the archive is of.") var container: String
    @Option(help: "What the image is called in the directory.") var tag = "latest"
    @Option(help: "Of the machine that the archive was made on.") var architecture = Machine.architecture
    @Option(help: "Where to push it: REGISTRY/REPOSITORY:TAG. A registry on this machine is spoken to without TLS.")
    var push: String?
    @Option(help: "Who pushes; the password is read from --password-file or CLAW_REGISTRY_PASSWORD.") var username: String?
    @Option(help: "A file with the registry's password.") var passwordFile: String?
    @Option(help: "A file with the certificates (PEM) that the registry is trusted by. (default: the system's)")
    var registryCa: String?

    func run(in surroundings: Surroundings) async throws {
        // What is said wrongly shows before an archive of any size is read.
        let target = try push.map { text throws(Failure) in
            guard let image = ImageReference(text), !image.tag.isEmpty, image.digest == nil else {
                throw .usage("'\(text)' is no image; write REGISTRY/REPOSITORY:TAG", field: "--push")
            }
            return image
        }
        let credentials = try await credentials(surroundings)
        let image = RestoreImage(container: container, tag: tag, architecture: architecture)
        let digest = try image.write(archive: archive, into: directory)
        if let target {
            let transport = surroundings.registry(try await authorities(surroundings))
            try await RegistryClient(transport, time: surroundings.time)
                .push(ImageLayout(directory, name: tag), to: target, credentials)
        }
        let reference = target.map { "\($0.registry)/\($0.repository)@\(digest)" }
        switch connection.output {
        case .text: surroundings.console.print(reference ?? "\(directory):\(tag) \(digest)")
        case .json:
            var answer: JSONObject = ["directory": .string(directory), "digest": .string(digest)]
            if let reference { answer["image"] = .string(reference) }
            surroundings.console.print("\(JSON.object(answer))")
        }
    }

    private func credentials(_ surroundings: Surroundings) async throws(Failure) -> RegistryCredentials? {
        guard let username else { return nil }
        let session = try surroundings.unsignedSession(connection)
        let password = try await session.secret(
            "the registry's password", file: passwordFile, option: "--password-file", variable: "CLAW_REGISTRY_PASSWORD")
        return RegistryCredentials(username: username, password: password)
    }

    private func authorities(_ surroundings: Surroundings) async throws(Failure) -> String? {
        guard let registryCa else { return nil }
        do { return try await surroundings.files.secret(.file(registryCa)).reveal() } catch {
            throw .usage("the file \(registryCa) is missing, empty or not readable", field: "--registry-ca")
        }
    }
}
