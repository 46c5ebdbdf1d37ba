"""The object types to generate: which, where they belong, how Swift calls them."""

import re
from collections import defaultdict

META = "io.k8s.apimachinery.pkg.apis.meta.v1."
# Definitions that are no structs: their letter in the field tables, and the accessor that reads them.
SCALARS = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": ("q", "Quantity"),
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": ("x", "IntOrString"),
    META + "Time": ("t", "String"),
    META + "MicroTime": ("u", "String"),
    META + "FieldsV1": ("*", "JSON"),
    META + "Patch": ("*", "JSON"),
    "io.k8s.apimachinery.pkg.runtime.RawExtension": ("*", "JSON"),
}
for name in ("JSON", "JSONSchemaPropsOrArray", "JSONSchemaPropsOrBool", "JSONSchemaPropsOrStringArray"):
    SCALARS["io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1." + name] = ("*", "JSON")

# What to put before a type's name where two groups have the same; the first word of the group otherwise.
PREFIXES = {
    "admissionregistration": "Admission", "apiextensions": "APIExtensions", "apiregistration": "APIRegistration",
    "flowcontrol": "FlowControl",
}
# ClawKit has a Secret<Value>, a WatchEvent<R> and a JSONPatch of its own; of the two Subjects RBAC's is the one
# people write.
NAMES = {
    "io.k8s.api.core.v1.Secret": "KubernetesSecret", "io.k8s.api.rbac.v1.Subject": "Subject",
    "io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent": "MetaWatchEvent",
    "io.k8s.api.admissionregistration.v1.JSONPatch": "AdmissionJSONPatch",
}


def split_version(group_version):
    group, _, version = group_version.rpartition("/")
    return group, version


def target(schema):
    return schema["$ref"].removeprefix("#/definitions/") if "$ref" in schema else None


class Definition:
    """One object type: where it belongs and how Swift calls it."""

    def __init__(self, full_name, body):
        self.full_name, self.body = full_name, body
        _, self.version, self.last = full_name.rsplit(".", 2)
        self.package = full_name.rsplit(".", 2)[0].rsplit(".", 1)[1]
        self.properties = body.get("properties", {})
        self.required = set(body.get("required", []))
        kinds = body.get("x-kubernetes-group-version-kind", [])
        self.kind = kinds[0] if len(kinds) == 1 else None
        self.swift = NAMES.get(full_name, self.last)
        self.resource = None

    @property
    def is_list(self):
        return self.kind is not None and self.last.endswith("List") and "items" in self.properties

    @property
    def file(self):
        return self.package[0].upper() + self.package[1:] + self.version.upper()


class Models:
    def __init__(self, openapi, discovery):
        self.definitions = {}
        for full_name, body in sorted(openapi["definitions"].items()):
            if full_name in SCALARS or not re.search(r"\.v\d+\.\w+$", full_name):
                continue
            definition = Definition(full_name, body)
            if not definition.is_list:
                self.definitions[full_name] = definition
        self.discovery = discovery
        self.attach_resources()
        self.name_types()

    def attach_resources(self):
        self.by_kind = {
            (d.kind["group"], d.kind["version"], d.kind["kind"]): d for d in self.definitions.values() if d.kind}
        for _, path_list in sorted(self.discovery["resources"].items()):
            group, version = split_version(path_list["groupVersion"])
            for resource in path_list["resources"]:
                if "/" not in resource["name"]:
                    self.by_kind[(group, version, resource["kind"])].resource = resource

    def name_types(self):
        """The newest version of a kind keeps the name, the older is left out unless something needs it."""
        newest = {}
        for definition in self.definitions.values():
            key = (definition.package, definition.last)
            if key not in newest or newest[key].version < definition.version:
                newest[key] = definition
        self.structs = sorted(newest.values(), key=lambda d: d.full_name)
        same = defaultdict(list)
        for definition in self.structs:
            same[definition.swift].append(definition)
        for name, those in same.items():
            def is_base(definition):
                return definition.full_name in NAMES or definition.package in ("core", "meta")

            # A top-level kind keeps its name, then what belongs to no group in particular; else all get the group's.
            keeper = min(those, key=lambda d: (d.full_name not in NAMES, d.kind is None, not is_base(d)))
            contested = len(those) > 1 and keeper.kind is None and not is_base(keeper)
            for definition in those:
                if definition is not keeper or contested:
                    package = definition.package
                    definition.swift = PREFIXES.get(package, package[0].upper() + package[1:]) + name
        names = [d.swift for d in self.structs]
        assert len(names) == len(set(names)), "two types have one name"

    def swift_of(self, reference):
        return self.definitions[reference].swift
