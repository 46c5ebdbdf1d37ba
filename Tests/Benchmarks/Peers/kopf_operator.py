"""The operator of sites in kopf: what ControllerBenchmark/Site.swift does in ClawKit.

    kopf run --standalone --all-namespaces kopf_operator.py

As kopf's documentation has it, with the client `kubernetes` for the children. In its favour: its events are switched
off, its own progress is kept in annotations alone, handlers have 32 threads, and a status is written only where it differs
from what an index knows.
"""
import kopf
from kubernetes import client, config

LABELS = {"app.kubernetes.io/managed-by": "kopf-sites"}


@kopf.on.startup()
def configure(settings, **_):
    settings.posting.enabled = False
    settings.execution.max_workers = 32
    settings.persistence.progress_storage = kopf.AnnotationsProgressStorage()
    config.load_kube_config()


@kopf.on.create("example.dev", "v1", "sites")
def created(name, namespace, spec, **_):
    labels = {"site": name}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "web", "image": spec["image"]}]},
    }
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": dict(LABELS)},
        "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "labels": dict(LABELS)},
        "spec": {"ports": [{"port": 80}], "selector": labels},
    }
    kopf.adopt([deployment, service])
    for create, body in (
        (client.AppsV1Api().create_namespaced_deployment, deployment),
        (client.CoreV1Api().create_namespaced_service, service),
    ):
        try:
            create(namespace, body)
        except client.ApiException as error:
            if error.status != 409:
                raise


@kopf.index("example.dev", "v1", "sites")
def present(name, namespace, status, **_):
    return {(namespace, name): status.get("ready")}


@kopf.on.event("apps", "v1", "deployments", labels=LABELS)
def observed(name, namespace, status, present: kopf.Index, **_):
    ready = status.get("readyReplicas", 0)
    if ready in present.get((namespace, name), []):
        return
    site = client.CustomObjectsApi()
    site.patch_namespaced_custom_object_status(
        "example.dev", "v1", namespace, "sites", name, {"status": {"ready": ready}}
    )
