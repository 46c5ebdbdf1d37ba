import ClawBase
import ClawDocuments

/// What a plugin wrote to its standard output: an `ExecCredential` with a status.
struct ExecAnswer {
    struct Problem: Error {
        let message: String
    }

    let credential: Credential

    /// Never quotes the output: it may hold half a token.
    init(_ bytes: [UInt8], version: ExecPlugin.Version) throws(Problem) {
        guard let answer = try? JSONParser.parse(bytes), case .object = answer else {
            throw Problem(message: bytes.isEmpty ? "it wrote nothing to its standard output" : "its answer is no JSON object")
        }
        guard answer["kind"]?.string == "ExecCredential" else {
            throw Problem(message: "its answer's kind is not ExecCredential")
        }
        guard answer["apiVersion"]?.string == version.rawValue else {
            throw Problem(
                message: "its answer's apiVersion is not \(version.rawValue), which the kubeconfig asks for")
        }
        guard let status = answer["status"], case .object = status else {
            throw Problem(message: "its answer has no status")
        }
        var credential = Credential()
        if let token = try Self.text(status, "token") {
            guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw Problem(message: "its token is not one word of ASCII characters")
            }
            credential.authorization = Credential.bearer(Secret(token)).authorization
        }
        let certificate = try Self.text(status, "clientCertificateData")
        let key = try Self.text(status, "clientKeyData")
        switch (certificate, key) {
        case (let certificate?, let key?):
            guard certificate.contains("-----BEGIN "), key.contains("-----BEGIN ") else {
                throw Problem(message: "its client certificate or key is not PEM")
            }
            credential.identity = CurlTransport.Identity(certificate: certificate, key: Secret(key))
        case (nil, nil): break
        default: throw Problem(message: "its answer has only one of client certificate and key")
        }
        guard credential.authorization != nil || credential.identity != nil else {
            throw Problem(message: "its answer has neither a token nor a client certificate")
        }
        if let text = try Self.text(status, "expirationTimestamp") {
            guard let end = Timestamp(rfc3339: text) else {
                throw Problem(message: "its expirationTimestamp is not RFC 3339")
            }
            credential.expires = end
        }
        self.credential = credential
    }

    private static func text(_ status: JSON, _ name: String) throws(Problem) -> String? {
        switch status[name] {
        case nil, .null?, .string("")?: return nil
        case .string(let text)?: return text
        default: throw Problem(message: "its \(name) is no text")
        }
    }
}
