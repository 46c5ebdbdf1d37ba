#!/usr/bin/env python3
"""Writes messages that an encoder not ours has made, for the tests of Kubernetes' protobuf encoding.

    protoc -I. --descriptor_set_out=all.pb --include_imports k8s.io/api/core/v1/generated.proto …
    python3 Scripts/golden-protobuf.py --descriptors all.pb        # needs the package protobuf

The messages are put together field by field here, beside the JSON that Kubernetes has for them.
"""

import argparse
import base64
import json
from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

OUTPUT = Path(__file__).resolve().parent.parent / "Tests/ClawKubernetesTests/Protobuf/GoldenMessages.swift"
CORE, APPS, META = "k8s.io.api.core.v1.", "k8s.io.api.apps.v1.", "k8s.io.apimachinery.pkg.apis.meta.v1."


class Maker:
    def __init__(self, descriptors):
        self.pool = descriptor_pool.DescriptorPool()
        for file in descriptor_pb2.FileDescriptorSet.FromString(descriptors.read_bytes()).file:
            self.pool.Add(file)

    def __call__(self, name):
        return message_factory.GetMessageClass(self.pool.FindMessageTypeByName(name))()

    def envelope(self, api_version, kind, message):
        unknown = self("k8s.io.apimachinery.pkg.runtime.Unknown")
        unknown.typeMeta.apiVersion, unknown.typeMeta.kind = api_version, kind
        unknown.raw = message.SerializeToString()
        unknown.contentEncoding = unknown.contentType = ""
        return b"k8s\0" + unknown.SerializeToString()


def text(message, value):
    message.type, message.strVal = 1, value


def number(message, value):
    message.type, message.intVal = 0, value


def pod(make):
    pod = make(CORE + "Pod")
    pod.metadata.name, pod.metadata.namespace, pod.metadata.generation = "web", "shop", 2
    pod.metadata.creationTimestamp.seconds = 1767225600
    pod.metadata.labels["app"] = "wëb"
    entry = pod.metadata.managedFields.add()
    entry.manager, entry.operation, entry.fieldsType = "kubectl", "Update", "FieldsV1"
    entry.fieldsV1.Raw = b'{"f:spec":{"f:nodeName":{}}}'
    owner = pod.metadata.ownerReferences.add()
    owner.kind, owner.name, owner.uid, owner.apiVersion, owner.controller = "ReplicaSet", "web-1", "u", "apps/v1", True
    spec = pod.spec
    volume = spec.volumes.add()
    volume.name = "settings"
    volume.volumeSource.configMap.localObjectReference.name = "web"
    volume.volumeSource.configMap.defaultMode = 420
    volume = spec.volumes.add()
    volume.name = "scratch"
    volume.volumeSource.emptyDir.sizeLimit.string = "1Gi"
    container = spec.containers.add()
    container.name, container.image = "main", "nginx"
    container.command.extend(["nginx", ""])
    container.ports.add().containerPort = 80
    variable = container.env.add()
    variable.name = "PASSWORD"
    variable.valueFrom.secretKeyRef.localObjectReference.name = "s"
    variable.valueFrom.secretKeyRef.key, variable.valueFrom.secretKeyRef.optional = "p", False
    container.resources.limits["cpu"].string = "500m"
    probe = container.livenessProbe
    probe.handler.httpGet.path = "/"
    number(probe.handler.httpGet.port, 8080)
    text(container.readinessProbe.handler.tcpSocket.port, "http")
    spec.terminationGracePeriodSeconds, spec.hostNetwork = 0, True
    pod.status.phase = "Running"
    pod.status.containerStatuses.add().name = "main"
    return "v1", "Pod", pod, {
        "metadata": {
            "name": "web", "namespace": "shop", "generation": 2, "creationTimestamp": "2026-01-01T00:00:00Z",
            "labels": {"app": "wëb"},
            "ownerReferences": [
                {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-1", "uid": "u", "controller": True}],
            "managedFields": [{"manager": "kubectl", "operation": "Update", "fieldsType": "FieldsV1",
                               "fieldsV1": {"f:spec": {"f:nodeName": {}}}}]},
        "spec": {
            "volumes": [{"name": "settings", "configMap": {"name": "web", "defaultMode": 420}},
                        {"name": "scratch", "emptyDir": {"sizeLimit": "1Gi"}}],
            "containers": [{
                "name": "main", "image": "nginx", "command": ["nginx", ""], "ports": [{"containerPort": 80}],
                "env": [{"name": "PASSWORD",
                         "valueFrom": {"secretKeyRef": {"name": "s", "key": "p", "optional": False}}}],
                "resources": {"limits": {"cpu": "500m"}},
                "livenessProbe": {"httpGet": {"path": "/", "port": 8080}},
                "readinessProbe": {"tcpSocket": {"port": "http"}}}],
            "terminationGracePeriodSeconds": 0, "hostNetwork": True},
        "status": {"phase": "Running", "containerStatuses": [{"name": "main"}]}}


def secret(make):
    secret = make(CORE + "Secret")
    secret.metadata.name, secret.type = "s", "Opaque"
    secret.data["password"] = b"\x00\xff\x10"
    return "v1", "Secret", secret, {"metadata": {"name": "s"}, "type": "Opaque", "data": {"password": "AP8Q"}}


def deployment(make):
    deployment = make(APPS + "Deployment")
    deployment.metadata.name = "web"
    deployment.spec.replicas = 0
    deployment.spec.selector.matchLabels["app"] = "web"
    deployment.spec.template.metadata.labels["app"] = "web"
    text(deployment.spec.strategy.rollingUpdate.maxSurge, "25%")
    number(deployment.spec.strategy.rollingUpdate.maxUnavailable, 0)
    return "apps/v1", "Deployment", deployment, {
        "metadata": {"name": "web"},
        "spec": {"replicas": 0, "selector": {"matchLabels": {"app": "web"}},
                 "template": {"metadata": {"labels": {"app": "web"}}},
                 "strategy": {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}}}}


def definition(make):
    definition = make("k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition")
    definition.metadata.name = "ships.example.com"
    version = definition.spec.versions.add()
    version.name, version.served, version.storage = "v1", True, False
    schema = version.schema.openAPIV3Schema
    schema.type = "object"
    schema.additionalProperties.allows = True
    schema.additionalProperties.schema.type = "string"
    size = schema.properties["size"]
    size.type, size.minimum, size.default.raw = "number", 0.5, b'{"a":[1,null]}'
    size.items.jSONSchemas.add().type = "string"
    size.additionalItems.allows = False
    size.dependencies["x"].property.append("y")
    size.xKubernetesPreserveUnknownFields = True
    size.ref = "#/a"
    return "apiextensions.k8s.io/v1", "CustomResourceDefinition", definition, {
        "metadata": {"name": "ships.example.com"},
        "spec": {"versions": [{
            "name": "v1", "served": True, "storage": False,
            "schema": {"openAPIV3Schema": {
                "type": "object", "additionalProperties": {"type": "string"},
                "properties": {"size": {
                    "$ref": "#/a", "type": "number", "minimum": 0.5, "default": {"a": [1, None]},
                    "items": [{"type": "string"}], "additionalItems": False, "dependencies": {"x": ["y"]},
                    "x-kubernetes-preserve-unknown-fields": True}}}}}]}}


def event(make):
    event = make("k8s.io.api.events.v1.Event")
    event.metadata.name = "e"
    event.eventTime.seconds, event.eventTime.nanos = 1767225600, 123456000
    event.deprecatedFirstTimestamp.SetInParent()
    event.regarding.kind, event.action = "Pod", "Binding"
    return "events.k8s.io/v1", "Event", event, {
        "metadata": {"name": "e"}, "eventTime": "2026-01-01T00:00:00.123456Z", "regarding": {"kind": "Pod"},
        "action": "Binding"}


def request(make):
    request = make("k8s.io.api.certificates.v1.CertificateSigningRequest")
    request.metadata.name, request.spec.request, request.spec.expirationSeconds = "jane", b"PEM", 600
    request.spec.extra["scopes"].items.extend(["a", "b"])
    request.spec.usages.append("client auth")
    return "certificates.k8s.io/v1", "CertificateSigningRequest", request, {
        "metadata": {"name": "jane"},
        "spec": {"request": "UEVN", "expirationSeconds": 600, "extra": {"scopes": ["a", "b"]},
                 "usages": ["client auth"]}}


def status(make):
    status = make(META + "Status")
    status.status, status.message, status.reason, status.code = "Failure", "no", "NotFound", 404
    status.metadata.SetInParent()
    status.details.causes.add().field = "x"
    return "v1", "Status", status, {
        "metadata": {}, "status": "Failure", "message": "no", "reason": "NotFound", "code": 404,
        "details": {"causes": [{"field": "x"}]}}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--descriptors", required=True, type=Path)
    make = Maker(arguments.parse_args().descriptors)
    lines = []
    for build in (pod, secret, deployment, definition, event, request, status):
        api_version, kind, message, document = build(make)
        document = {"apiVersion": api_version, "kind": kind, **document}
        encoded = base64.b64encode(make.envelope(api_version, kind, message)).decode()
        lines.append("        GoldenMessage(\n            json: ##\"" + json.dumps(document, ensure_ascii=False) + "\"##,\n"
                     + f'            base64: "{encoded}"),\n')
    OUTPUT.write_text(
        "// Generated by Scripts/golden-protobuf.py with Google's protobuf; do not edit.\n\n"
        "/// An object as JSON, and as an encoder not ours writes it.\n"
        "struct GoldenMessage: Sendable {\n    let json: String\n    let base64: String\n\n"
        "    static let all: [GoldenMessage] = [\n" + "".join(lines) + "    ]\n}\n")


if __name__ == "__main__":
    main()
