public import ClawBase
import Crypto
public import HTTPTypes

/// Amazon's signature of requests, version 4 (AWS IAM user guide, "Create a signed AWS API request").
///
/// A pure function: the moment is given.
public struct AWSSignature: Sendable {
    public var accessKeyID: String
    public var secretKey: Secret<String>
    /// Of temporary credentials.
    public var sessionToken: Secret<String>?
    public var region: String
    public var service: String

    public init(
        accessKeyID: String, secretKey: Secret<String>, sessionToken: Secret<String>? = nil, region: String,
        service: String = "bedrock"
    ) {
        (self.accessKeyID, self.secretKey, self.sessionToken) = (accessKeyID, secretKey, sessionToken)
        (self.region, self.service) = (region, service)
    }

    /// The headers to add: `authorization`, `x-amz-date`, and the session's token.
    /// - Parameters:
    ///   - path: as it is sent, percent-encoded, with the query.
    ///   - headers: those to sign besides `host` and what is added here.
    public func headers(
        method: HTTPRequest.Method, host: String, path: String, headers: HTTPFields = [:], body: [UInt8],
        at moment: Timestamp
    ) -> HTTPFields {
        let date = Self.date(moment)
        let day = date.prefix(8)
        var added: HTTPFields = [:]
        if let name = HTTPField.Name("x-amz-date") { added[name] = date }
        if let sessionToken, let name = HTTPField.Name("x-amz-security-token") { added[name] = sessionToken.reveal() }
        var signed: [(name: String, value: String)] = [("host", host)]
        for field in Array(headers) + Array(added) {
            signed.append((field.name.canonicalName, Self.trimmed(field.value)))
        }
        signed.sort { $0.name < $1.name }
        let names = signed.map(\.name).joined(separator: ";")
        let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let request = [
            method.rawValue, Self.canonical(path: parts[0]), Self.canonical(query: parts.count > 1 ? parts[1] : ""),
            signed.map { "\($0.name):\($0.value)\n" }.joined(), names, Hex.encode(SHA256.hash(data: body)),
        ].joined(separator: "\n")
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let toSign = "AWS4-HMAC-SHA256\n\(date)\n\(scope)\n\(Hex.encode(SHA256.hash(data: Array(request.utf8))))"
        var key = SymmetricKey(data: Array("AWS4\(secretKey.reveal())".utf8))
        for step in [String(day), region, service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(step.utf8), using: key))
        }
        let signature = Hex.encode(HMAC<SHA256>.authenticationCode(for: Array(toSign.utf8), using: key))
        added[.authorization] =
            "AWS4-HMAC-SHA256 Credential=\(accessKeyID)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
        return added
    }

    /// `20150830T123600Z`
    static func date(_ moment: Timestamp) -> String {
        String(
            decoding: moment.rfc3339().utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ":") }, as: UTF8.self
        )
    }

    /// Every service but S3 wants the path encoded once more.
    private static func canonical(path: Substring) -> String {
        path.isEmpty ? "/" : Percent.encode(path, allowing: "/")
    }

    private static func canonical(query: Substring) -> String {
        let pairs = query.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (
                Percent.encode(Percent.decode(parts[0])),
                parts.count > 1 ? Percent.encode(Percent.decode(parts[1])) : ""
            )
        }
        return pairs.sorted { $0 < $1 }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    /// Without blanks at the ends, and single ones within.
    private static func trimmed(_ value: String) -> String { value.split(separator: " ").joined(separator: " ") }
}
