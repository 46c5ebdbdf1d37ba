"""Decodes a PodList file into the typed models of the Python clients `kubernetes` and `lightkube`.

    python python_clients.py pods.json [how many of its pods]
"""
import json
import sys
import time


def report(name, count, body):
    cpu, wall = time.process_time(), time.perf_counter()
    pods = body()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    assert len(pods) == count, f"{name}: {len(pods)} pods"
    print(f"  {name:<62}{int(count / cpu):>10} pods/s CPU  {int(count / wall)} pods/s wall", flush=True)


def main():
    with open(sys.argv[1], "rb") as file:
        text = file.read()
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    if count < 10_000:
        document = json.loads(text)
        document["items"] = document["items"][:count]
        text = json.dumps(document, separators=(",", ":")).encode()
    only = f", {count} of the pods" if count < 10_000 else ""

    report(f"Python json.loads, untyped{only}", count, lambda: json.loads(text)["items"])

    try:
        from lightkube.core.resource import api_info  # noqa: F401  (the package proves itself complete)
        from lightkube.models.core_v1 import PodList

        report(f"Python lightkube, typed{only}", count, lambda: PodList.from_dict(json.loads(text), lazy=False).items)
    except ImportError as error:
        print(f"  Python lightkube: skipped, {error}")

    try:
        from kubernetes import client

        class Answer:
            data = text.decode()

        api = client.ApiClient()

        def decode():
            try:
                return api.deserialize(Answer, "V1PodList").items
            except TypeError:  # newer versions take the text and its type
                return api.deserialize(Answer.data, "V1PodList", "application/json").items

        report(f"Python kubernetes, typed{only}", count, decode)
    except ImportError as error:
        print(f"  Python kubernetes: skipped, {error}")


main()
