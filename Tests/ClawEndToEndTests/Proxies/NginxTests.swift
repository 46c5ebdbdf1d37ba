import ClawKit
import Foundation
import HTTPTypes
import Testing

private let nginx = Programs.system("nginx")
    ?? ["/usr/sbin/nginx"].first { FileManager.default.isExecutableFile(atPath: $0) }

@Suite(
    "nginx in front of the platform",
    .enabled(if: nginx != nil, "needs nginx with auth_request, as in Debian's package: make test-full installs it"))
struct NginxTests {
    @Test("auth_request: everybody to their own, spoofed headers dropped, WebSockets, a revoked session", .timeLimit(.minutes(5)))
    func walk() async throws {
        try await FrontedPlatform.run(start: { site in
            try Data(try await Self.configuration(site).utf8).write(to: site.directory.appending(path: "nginx.conf"))
            return try ModelClients.start(
                nginx ?? "", ["-p", site.directory.path(), "-c", "nginx.conf", "-e", "stderr"], in: site.directory,
                log: "proxy.log")
        }) { site in
            try await ProxyWalk.run(site)
            try await Self.asleep(site)
        }
    }

    /// A runtime that sleeps is woken by its visitor, who is told when to come back.
    private static func asleep(_ site: FrontedPlatform) async throws {
        let api = try site.platform.kubernetes
        _ = try await api.edit(Runtime.self, "bob", in: "demo") {
            $0.spec.desiredState = .suspended
            // Not held: the answer of nginx is to be seen.
            $0.spec.wake.holdSeconds = 0
        }
        try await eventually("a visitor hears that it wakes") {
            let answer = try await site.get(site.url("bob", "/conversation"), cookie: site.bob)
            return answer.status == .serviceUnavailable && answer.headers[.retryAfter] != nil ? true : nil
        }
        try await eventually("the visit has woken it") {
            try await api.get(Runtime.self, "bob", in: "demo").spec.desiredState == .running ? true : nil
        }
    }

    /// As in Docs/access.md, with files of its own directory.
    private static func configuration(_ site: FrontedPlatform) async throws -> String {
        var servers = ""
        for runtime in ["ada", "bob", "mirror"] {
            servers += server(site, runtime, at: try await site.listening(runtime))
        }
        let directory = site.directory.path()
        return """
            daemon off;
            master_process off;
            pid \(directory)/nginx.pid;
            events { worker_connections 256; }
            http {
                access_log off;
                client_body_temp_path \(directory)/body;
                proxy_temp_path \(directory)/proxy;
                fastcgi_temp_path \(directory)/fastcgi;
                uwsgi_temp_path \(directory)/uwsgi;
                scgi_temp_path \(directory)/scgi;
                map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
                server {
                    listen 127.0.0.1:\(site.port);
                    server_name \(FrontedPlatform.domain);
                    location / {
                        proxy_pass \(site.controlPlane);
                        proxy_set_header Host $http_host;
                        proxy_set_header X-Forwarded-Proto $scheme;
                    }
                }
            \(servers)
            }

            """
    }

    private static func server(_ site: FrontedPlatform, _ runtime: String, at address: String) -> String {
        """
        server {
            listen 127.0.0.1:\(site.port);
            server_name \(runtime)-demo.\(FrontedPlatform.domain);

            location / {
                auth_request /.claw/check;
                auth_request_set $claw_user $upstream_http_x_claw_user;
                auth_request_set $claw_runtime $upstream_http_x_claw_runtime;
                auth_request_set $claw_token $upstream_http_x_openclaw_token;
                auth_request_set $claw_cookie $upstream_http_cookie;
                auth_request_set $claw_location $upstream_http_location;
                auth_request_set $claw_retry $upstream_http_retry_after;
                error_page 401 = @claw_sign_in;
                error_page 500 = @claw_waking;

                proxy_pass http://\(address);
                proxy_http_version 1.1;
                proxy_buffering off;
                proxy_read_timeout 1h;
                proxy_set_header Host $http_host;
                proxy_set_header Upgrade $http_upgrade;
                proxy_set_header Connection $connection_upgrade;
                proxy_set_header X-Claw-User $claw_user;
                proxy_set_header X-Claw-Runtime $claw_runtime;
                proxy_set_header X-OpenClaw-Token $claw_token;
                proxy_set_header Cookie $claw_cookie;
                proxy_set_header Authorization "";
                proxy_set_header X-Claw-Proxy-Key "";
                proxy_set_header X-Claw-Groups "";
                proxy_set_header X-Forwarded-User "";
                proxy_set_header X-Auth-Request-Email "";
                proxy_set_header Remote-User "";
            }
            location = /.claw/check {
                internal;
                proxy_pass \(site.controlPlane)/api/v1/access/nginx?host=\(runtime)-demo.\(FrontedPlatform.domain);
                proxy_pass_request_body off;
                proxy_set_header Content-Length "";
                proxy_set_header X-Claw-Proxy-Key "\(site.proxyKey)";
                proxy_set_header X-Original-Method $request_method;
                proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
            }
            location @claw_sign_in {
                if ($claw_location) { return 302 $claw_location; }
                return 401;
            }
            location @claw_waking {
                add_header Retry-After $claw_retry always;
                return 503;
            }
        }

        """
    }
}
