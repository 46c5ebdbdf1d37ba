import ClawKit
import Foundation
import Testing

private let python = ModelClients.python(with: "litellm", "requests", "rich")

@Suite(
    "LiteLLM's own client for keys",
    .enabled(if: python != nil, "needs Python's litellm[proxy]: make test-full installs it where PyPI can be reached"))
struct LiteLLMKeysTests {
    @Test("keys are made, listed, shown, changed, used and deleted, by the library and on the command line", .timeLimit(.minutes(5)))
    func keys() async throws {
        try await RunningGateway.run("models: [{name: echo, upstreams: [{dialect: echo}]}]") { gateway in
            try await ModelClients.check(Self.script, python ?? "", gateway)
        }
    }

    private static let script = """
        import json, os, pathlib, subprocess, sys
        os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
        from litellm.proxy.client import Client
        from litellm.proxy.client.exceptions import UnauthorizedError
        import requests
        url, master = sys.argv[1], sys.argv[2]
        admin = Client(base_url=url, api_key=master)
        def fails(status, body):
            try: body()
            except UnauthorizedError: assert status == 401
            except requests.exceptions.HTTPError as error: assert error.response.status_code == status, error.response.text
            else: raise AssertionError("nothing failed")
        made = admin.keys.generate(models=["echo"], duration="24h", key_alias="ci", team_id="demo", user_id="ada")
        key = made["key"]
        assert key.startswith("sk-") and made["key_alias"] == "ci" and made["expires"], made
        twin = admin.keys.generate(models=["none"], key_alias="twin")
        fails(400, lambda: admin.keys.generate(key_alias="ci"))

        page = admin.keys.list(page=1, size=10)
        assert page["total_count"] == 2 and len(page["keys"]) == 2, page
        full = admin.keys.list(key_alias="ci", return_full_object=True)
        assert [one["team_id"] for one in full["keys"]] == ["demo"], full
        assert [one["user_id"] for one in admin.keys.list(user_id="ada", return_full_object=True)["keys"]] == ["ada"]
        found = admin.keys.list(key_hash=full["keys"][0]["token"], return_full_object=True)
        assert [one["key_alias"] for one in found["keys"]] == ["ci"], found
        assert admin.keys.list(organization_id="nobody")["keys"] == []
        info = admin.keys.info(key)["info"]
        assert info["models"] == ["echo"] and info["user_id"] == "ada" and "key" not in info, info

        mine = Client(base_url=url, api_key=key)
        said = mine.chat.completions("echo", [{"role": "user", "content": "Good day."}])
        assert "Good day." in said["choices"][0]["message"]["content"], said
        assert [model["id"] for model in mine.models.list()] == ["echo"]
        assert mine.keys.info(key)["info"]["key_alias"] == "ci"
        fails(401, lambda: mine.keys.generate(key_alias="more"))
        fails(401, lambda: mine.keys.info(twin["key"]))

        changed = admin.keys.update(key, models=["other"], key_alias="ci-2")
        assert changed["models"] == ["other"], changed
        fails(403, lambda: mine.chat.completions("echo", [{"role": "user", "content": "Good day."}]))
        fails(404, lambda: admin.keys.info("sk-unknown-but-long-enough"))

        program = pathlib.Path(sys.executable).with_name("litellm-proxy")
        if program.exists():
            listed = subprocess.run(
                [program, "--base-url", url, "--api-key", master, "keys", "list", "--format", "json"],
                capture_output=True, text=True)
            assert listed.returncode == 0, listed.stderr
            aliases = sorted(one["key_alias"] for one in json.loads(listed.stdout)["keys"])
            assert aliases == ["ci-2", "twin"], listed.stdout

        gone = admin.keys.delete(keys=[key])
        assert gone["deleted_keys"] == [key], gone
        admin.keys.delete(key_aliases=["twin"])
        assert admin.keys.list()["keys"] == []
        fails(401, lambda: mine.chat.completions("echo", [{"role": "user", "content": "Good day."}]))
        """
}
