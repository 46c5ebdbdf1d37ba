import ClawBase
import ClawDocuments

extension KubeconfigEntry {
    /// What a `user` says.
    func authenticate(_ access: inout ClusterAccess, cluster: KubeconfigEntry) throws {
        try readCertificate(&access)
        // Where both are given the file counts, for it is what is renewed.
        if let token = try file("tokenFile") {
            access.token = Secret(try line(token, "tokenFile"))
            access.tokenFile = try path(of: "tokenFile")
        } else if let token = try text("token") {
            access.token = Secret(try line(token, "token"))
        }
        access.basic = try basic()
        access.exec = try child("exec").map { try $0.plugin(cluster: cluster) }
        access.oidc = try child("auth-provider").map { try $0.provider() }
        access.impersonation = try impersonation()
        if access.basic != nil, access.token != nil {
            throw broken("it contradicts the token; remove one", "username")
        }
        if access.exec != nil, access.oidc != nil {
            throw broken("it contradicts the exec plugin; remove one", "auth-provider")
        }
    }

    private func readCertificate(_ access: inout ClusterAccess) throws {
        access.clientCertificate = try pem("client-certificate")
        access.clientCertificateFile = try rotatingPath("client-certificate")
        access.clientKey = try pem("client-key").map { Secret($0) }
        access.clientKeyFile = try rotatingPath("client-key")
        if (access.clientCertificate == nil) != (access.clientKey == nil) {
            throw broken(
                "a client certificate and its key go together",
                access.clientKey == nil ? "client-key" : "client-certificate")
        }
    }

    private func basic() throws -> Credential? {
        guard let name = try text("username") else {
            if try text("password") != nil { throw broken("a password needs a user name", "username") }
            return nil
        }
        // RFC 7617, section 2.
        guard !name.contains(":"), let password = try text("password") else {
            throw broken("a user name has no colon and comes with a password", "username")
        }
        return .basic(user: name, password: Secret(password))
    }

    private func impersonation() throws -> Impersonation? {
        let (uid, groups) = (try text("as-uid"), try strings("as-groups"))
        let extra = try lists("as-user-extra")
        guard let user = try text("as") else {
            guard uid == nil, groups.isEmpty, extra.isEmpty else {
                throw broken("a uid, groups or extra of nobody cannot be impersonated; name the user", "as")
            }
            return nil
        }
        return Impersonation(user: user, uid: uid, groups: groups, extra: extra)
    }

    private func plugin(cluster: KubeconfigEntry) throws -> ExecPlugin {
        guard let command = try text("command") else { throw broken("the plugin has no command", "command") }
        guard let version = try ExecPlugin.Version(rawValue: text("apiVersion") ?? "") else {
            throw broken(
                "it must be client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1", "apiVersion")
        }
        let mode = try text("interactiveMode") ?? "IfAvailable"
        guard ["Never", "IfAvailable", "Always"].contains(mode) else {
            throw broken("it must be Never, IfAvailable or Always", "interactiveMode")
        }
        guard mode != "Always" else {
            throw broken(
                "the plugin wants a terminal, and this client gives it none; use IfAvailable or Never", "interactiveMode")
        }
        var plugin = ExecPlugin(try executable(command), version: version)
        plugin.arguments = try strings("args")
        plugin.installHint = try text("installHint")
        if try flag("provideClusterInfo") { plugin.cluster = try cluster.clusterInfo() }
        for variable in try elements("env") {
            guard let name = variable["name"]?.string, let value = variable["value"]?.string, !name.isEmpty,
                !name.contains("="), !name.contains("\0"), !value.contains("\0")
            else { throw broken("each element needs a name and a value, both texts", "env") }
            plugin.environment[name] = Secret(value)
        }
        return plugin
    }

    private func provider() throws -> OIDCProvider {
        let name = try text("name") ?? ""
        guard name == "oidc" else {
            throw broken("'\(name)' is not supported, only 'oidc'; use an exec plugin, as its vendor documents", "name")
        }
        guard let config = try child("config") else { throw broken("the provider has no config", "config") }
        guard let issuer = try config.text("idp-issuer-url"), let client = try config.text("client-id") else {
            throw config.broken("the provider needs 'idp-issuer-url' and 'client-id'", "client-id")
        }
        var provider = OIDCProvider(issuer: issuer, clientID: client)
        provider.clientSecret = try config.text("client-secret").map { Secret($0) }
        provider.refreshToken = try config.text("refresh-token").map { Secret($0) }
        provider.idToken = try config.text("id-token").map { Secret(try config.line($0, "id-token")) }
        provider.certificateAuthority = try config.pem("idp-certificate-authority")
        return provider
    }
}
