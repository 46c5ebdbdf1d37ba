import ClawModels
import ClawResources

/// Brings a template's files to a pod before its program begins: one init container for each, which fetches, verifies and
/// unpacks. A tool box of the cluster's own does it (`sh`, `curl`, `git`, `tar`, `sha256sum`).
struct ContentDelivery {
    let contents: [RuntimeContent]
    /// What the init containers are made of; process nodes take this machine's tools instead.
    let image: String

    /// Variables of a template, with values in clear, that those that fetch get.
    static let variables: Set<String> = ["AWS_REGION", "AWS_ENDPOINT_URL"]

    var preparations: [Container] {
        contents.map { content in
            var env = [
                EnvVar(name: "CONTENT_URL", value: content.url), EnvVar(name: "CONTENT_TO", value: content.mountPath),
                EnvVar(name: "CONTENT_SHA256", value: content.sha256 ?? ""),
                EnvVar(name: "CONTENT_REVISION", value: content.revision ?? ""),
                EnvVar(name: "CONTENT_SUBPATH", value: content.subPath ?? ""),
            ]
            if let secret = content.secret {
                for (name, key) in [("CONTENT_USER", content.userKey), ("CONTENT_PASSWORD", content.passwordKey)] {
                    env.append(
                        EnvVar(
                            name: name,
                            valueFrom: EnvVarSource(secretKeyRef: SecretKeySelector(key: key, name: secret))))
                }
            }
            return Container(
                name: "content-\(content.name)", image: image, command: ["sh", "-c", Self.script], env: env,
                volumeMounts: [VolumeMount(name: content.volumeName, mountPath: content.mountPath)])
        }
    }

    var volumes: [Volume] { contents.map { Volume(name: $0.volumeName, emptyDir: EmptyDirVolumeSource()) } }

    var mounts: [VolumeMount] {
        contents.map {
            VolumeMount(
                name: $0.volumeName, mountPath: $0.mountPath, readOnly: $0.permissions == .readOnly ? true : nil)
        }
    }

    /// Whatever goes wrong ends it with a sentence in its log, and the pod does not begin. Repeated, it begins anew.
    /// Credentials stand in no argument, where other processes would see them.
    private static let script = #"""
        set -eu
        umask 022
        say() { echo "$*" >&2; exit 1; }
        work="$CONTENT_TO/.fetch"
        rm -rf "$work"; mkdir -p "$work/tree"
        fetch() {
            { [ -z "${CONTENT_USER:-}" ] || printf 'user = "%s"\n' "$(printf '%s:%s' "$CONTENT_USER" "$CONTENT_PASSWORD" | sed 's/[\\"]/\\&/g')"; } |
                curl --config - -fsSL --proto '=http,https' --proto-redir '=http,https' --retry 3 --connect-timeout 20 \
                    --max-time 900 --max-filesize 4294967296 -o "$work/file" "$@" || say "E_CONTENT: $CONTENT_URL cannot be fetched"
        }
        git_() {
            HOME="$work" GIT_TERMINAL_PROMPT=0 git -c protocol.file.allow=never \
                -c credential.helper='!f() { echo "username=${CONTENT_USER:-}"; echo "password=${CONTENT_PASSWORD:-}"; }; f' "$@"
        }
        case "$CONTENT_URL" in
        git+*)
            url="${CONTENT_URL#git+}"
            git_ init -q "$work/tree"
            # Not every server gives one commit alone.
            git_ -C "$work/tree" fetch -q --depth 1 "$url" "$CONTENT_REVISION" 2>/dev/null ||
                git_ -C "$work/tree" fetch -q "$url" '+refs/heads/*:refs/fetched/*' '+refs/tags/*:refs/fetched-tags/*' ||
                say "E_CONTENT: $CONTENT_URL cannot be fetched"
            git_ -C "$work/tree" checkout -q "$CONTENT_REVISION" || say "E_CONTENT: there is no commit $CONTENT_REVISION"
            [ "$(git_ -C "$work/tree" rev-parse HEAD)" = "$CONTENT_REVISION" ] || say "E_CONTENT: another commit came"
            rm -rf "$work/tree/.git"
            ;;
        s3://*)
            rest="${CONTENT_URL#s3://}"
            fetch --aws-sigv4 "aws:amz:${AWS_REGION:-us-east-1}:s3" \
                "${AWS_ENDPOINT_URL:-https://s3.${AWS_REGION:-us-east-1}.amazonaws.com}/$rest"
            ;;
        *) fetch "$CONTENT_URL" ;;
        esac
        if [ -f "$work/file" ]; then
            got="$(sha256sum "$work/file" | cut -d ' ' -f 1)"
            [ "$got" = "$CONTENT_SHA256" ] || say "E_CONTENT: the digest of $CONTENT_URL is $got"
            case "${CONTENT_URL%%[?]*}" in
            *.tar|*.tar.gz|*.tgz) tar -x -C "$work/tree" --no-same-owner -f "$work/file" || say "E_CONTENT: it is no archive" ;;
            *) name="${CONTENT_URL%%[?]*}"; mv "$work/file" "$work/tree/${name##*/}" ;;
            esac
        fi
        from="$work/tree"
        [ -z "$CONTENT_SUBPATH" ] || from="$work/tree/$CONTENT_SUBPATH"
        [ -d "$from" ] || say "E_CONTENT: there is no directory $CONTENT_SUBPATH"
        cp -a "$from/." "$CONTENT_TO/"
        rm -rf "$work"
        """#
}

extension RuntimeContent {
    fileprivate var volumeName: String { "content-\(name)" }
    private var isObject: Bool { url.hasPrefix("s3://") }
    fileprivate var userKey: String { isObject ? "accessKey" : "username" }
    fileprivate var passwordKey: String { isObject ? "secretKey" : "password" }
}
