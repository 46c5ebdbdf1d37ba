import ArgumentParser
import ClawBase

/// The options every command has.
struct ConnectionOptions: ParsableArguments {
    static let defaultServer = "http://127.0.0.1:8080"
    static let tokenFile = ".claw/admin-token"

    @Option(
        help: ArgumentHelp(
            "The control plane's address (environment: CLAW_SERVER; default: \(Self.defaultServer)).",
            valueName: "url"))
    var server: String?

    @Option(
        help: ArgumentHelp(
            "The token to sign in with (environment: CLAW_TOKEN; default: the file \(Self.tokenFile)). "
                + "Other users of this machine can see it in the list of processes: prefer the environment."))
    var token: String?

    @Option(name: [.long, .customShort("o")], help: "text for people, json for scripts.")
    var output: OutputFormat = .text
}

enum OutputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
    case text, json
}

extension ConnectionOptions {
    /// Flag, then environment, then default.
    /// - Throws: ``Failure`` (usage) for something that is no http(s) address.
    func serverURL(_ environment: [String: String]) throws(Failure) -> String {
        let (text, place) =
            if let server { (server, "--server") } else if let value = environment.nonEmpty("CLAW_SERVER") {
                (value, "CLAW_SERVER")
            } else { (Self.defaultServer, "") }
        let rest = ["http://", "https://"].lazy.compactMap { scheme in
            text.lowercased().hasPrefix(scheme) ? text.dropFirst(scheme.count) : nil
        }.first
        let isPrintable = text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
        guard let rest, let first = rest.first, first != "/", isPrintable,
            // Neither a query nor credentials belong in it.
            !rest.contains(where: { "?#@".contains($0) })
        else {
            // In front of an @ stand credentials, which no message may show.
            let shown = text.contains("@") ? "the text" : "'\(text)'"
            throw .usage("\(shown) is no address of a control plane; write it like \(Self.defaultServer)", field: place)
        }
        var server = text
        while server.hasSuffix("/") { server.removeLast() }
        return server
    }

    /// Flag, then environment, then the file in the working directory.
    /// - Throws: ``Failure`` (usage), which never shows the token.
    func signInToken(
        _ environment: [String: String], _ files: any SecretSource
    ) async throws(Failure) -> Secret<String> {
        if let token { return try Self.checked(Secret(token), "--token") }
        if let value = environment.nonEmpty("CLAW_TOKEN") { return try Self.checked(Secret(value), "CLAW_TOKEN") }
        let token: Secret<String>
        do { token = try await files.secret(.file(Self.tokenFile)) } catch {
            throw .usage(
                "the token file \(Self.tokenFile) is missing, empty or not readable; run claw where the platform "
                    + "was started, or give a token by CLAW_TOKEN or --token")
        }
        return try Self.checked(token, Self.tokenFile)
    }

    /// A token goes into a header, where only visible ASCII may stand (RFC 6750, section 2.1).
    private static func checked(_ token: Secret<String>, _ place: String) throws(Failure) -> Secret<String> {
        let bytes = token.reveal().utf8
        guard !bytes.isEmpty, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .usage("the token is empty or has characters no token has; copy it again", field: place)
        }
        return token
    }
}

extension [String: String] {
    /// An empty variable counts as unset.
    func nonEmpty(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }
}
