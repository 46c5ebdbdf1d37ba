import CLibcurl

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension TransportError {
    /// What a failed transfer means to people.
    /// - Parameters:
    ///   - reason: libcurl's own words, possibly empty.
    ///   - systemError: the `errno` of the failed connect, or 0.
    ///   - peer: `host:port`.
    init(curl code: CURLcode, reason: String, systemError: Int32, peer: String, hasHead: Bool) {
        let words = reason.isEmpty ? String(cString: curl_easy_strerror(code)) : reason
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST:
            self.init(code: .unreachable, message: "The name of \(peer) cannot be resolved.")
        case CURLE_COULDNT_RESOLVE_PROXY:
            self.init(code: .unreachable, message: "The proxy's name on the way to \(peer) cannot be resolved.")
        case CURLE_COULDNT_CONNECT:
            let why = systemError == 0 ? words : String(cString: strerror(systemError)).lowercased()
            self.init(
                code: .unreachable,
                message: systemError == ECONNREFUSED
                    ? "nobody listens at \(peer) (connection refused)" : "\(peer) cannot be reached (\(why))")
        case CURLE_OPERATION_TIMEDOUT:
            self.init(code: .timeout, message: "No connection to \(peer) came about in time (\(words)).")
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT:
            self.init(code: .invalidRequest, message: "The request to \(peer) cannot be sent: \(words).")
        case CURLE_ABORTED_BY_CALLBACK:
            self.init(code: .disconnected, message: "The request's body to \(peer) broke off.")
        case _ where Self.tlsCodes.contains(code.rawValue), CURLE_RECV_ERROR where words.contains("alert"):
            self.init(code: .tls, message: "TLS with \(peer) failed: \(words).")
        default:
            self.init(
                code: .disconnected,
                message: hasHead
                    ? "\(peer) ended the connection in the midst of its answer (\(words))."
                    : "\(peer) ended the connection without an answer (\(words)).")
        }
    }

    private static let tlsCodes = Set(
        [
            CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_USE_SSL_FAILED,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT,
        ].map(\.rawValue))
}
