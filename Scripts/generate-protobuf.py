#!/usr/bin/env python3
"""Writes the table of Kubernetes' protobuf messages from the API's own sources.

    python3 Scripts/generate-protobuf.py --sources DIRECTORY

DIRECTORY holds checkouts of github.com/kubernetes/{api,apimachinery,apiextensions-apiserver,kube-aggregator} at one
release, by those names. Only facts are read: numbers and types of fields from generated.proto, and from types.go
what a field is called in JSON, whether it is written inline and whether its zero value is left out.
The output is the same for the same input; `make models` calls this after generate-models.py.
"""

import argparse
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "Sources/ClawKit/Kubernetes/Models/Generated"

# What is served: the generally available versions, and the packages that all of them use.
PACKAGES = {
    "api": r"(?!admission/)[a-z]+/v\d+$",
    "apimachinery": r"pkg/(apis/meta/v1|api/resource|runtime|util/intstr)$",
    "apiextensions-apiserver": r"pkg/apis/apiextensions/v1$",
    "kube-aggregator": r"pkg/apis/apiregistration/v1$",
}

META = "io.k8s.apimachinery.pkg.apis.meta.v1."
CRD = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1."
# Messages whose JSON is no object: the letter by which ProtobufTable.swift knows them.
SPECIAL = {
    META + "Time": "t", META + "MicroTime": "u", META + "FieldsV1": "*",
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "q", "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "x",
    "io.k8s.apimachinery.pkg.runtime.RawExtension": "*", CRD + "JSON": "*",
}
# Values that are one thing or another, each in a field of its own.
EITHER = {CRD + "JSONSchemaPropsOrArray": "|", CRD + "JSONSchemaPropsOrBool": "|",
          CRD + "JSONSchemaPropsOrStringArray": "|"}
# Written and read by hand (Kubernetes' envelope), or never sent.
LEFT_OUT = {META + "Timestamp", META + "TypeMeta"} | {
    "io.k8s.apimachinery.pkg.runtime." + name for name in ("Unknown", "TypeMeta")}
SCALARS = {"string": "s", "bool": "b", "int32": "i", "int64": "i", "double": "n", "bytes": "y"}


def table_name(name):
    """k8s.io.api.core.v1.Pod as the field tables have it: io.k8s.api.core.v1.Pod."""
    return "io.k8s." + name.removeprefix("k8s.io.").replace("_", "-")


def go_types(folder):
    """{struct: {number: (JSON name, inline, keeps zero)}} and the names of the types that are lists of texts."""
    structs, lists = {}, set()
    for path in sorted(folder.glob("*.go")):
        if path.name.endswith(("_test.go", ".pb.go")) or path.name.startswith("zz_"):
            continue
        text = path.read_text()
        lists.update(re.findall(r"^type (\w+) \[\]string$", text, re.M))
        for name, body in re.findall(r"^type (\w+) struct \{\n(.*?)^\}", text, re.M | re.S):
            fields = structs.setdefault(name, {})
            for line, tags in re.findall(r"^\s+([^/\n`]*)`([^`]*)`", body, re.M):
                protobuf = re.search(r'protobuf:"\w+,(\d+)', tags)
                json = re.search(r'json:"([^"]*)"', tags)
                if protobuf and json:
                    json_name, *options = json.group(1).split(",")
                    is_pointer = "*" in line.split()[-1]
                    inline = json_name == "" or "inline" in options
                    fields[int(protobuf.group(1))] = (json_name, inline, is_pointer or "omitempty" not in options)
    return structs, lists


def messages(text):
    """{message: [(number, type, name)]} of one generated.proto."""
    found = {}
    for name, body in re.findall(r"^message (\w+) \{\n(.*?)^\}", text, re.M | re.S):
        fields = []
        for label, kind, field, number in re.findall(
                r"^  (?:(optional|repeated|required) )?(map<string, [\w.]+>|[\w.]+) (\w+) = (\d+);", body, re.M):
            prefix = "[" if label == "repeated" else ""
            if kind.startswith("map<"):
                prefix, kind = "{", kind.removeprefix("map<string, ").removesuffix(">")
            fields.append((int(number), prefix, kind.lstrip("."), field))
        found[name] = sorted(fields)
    return found


def package_lines(folder):
    proto = (folder / "generated.proto").read_text()
    package = table_name(re.search(r"^package ([\w.]+);", proto, re.M).group(1))
    structs, lists = go_types(folder)
    lines = []
    for message, fields in sorted(messages(proto).items()):
        full_name = f"{package}.{message}"
        if full_name in SPECIAL or full_name in LEFT_OUT or message in lists:
            continue
        lines.append(f"{full_name} {EITHER[full_name]}" if full_name in EITHER else full_name)
        for number, prefix, kind, name in fields:
            json_name, inline, keeps_zero = structs.get(message, {}).get(number, (name, False, True))
            if full_name in EITHER:
                json_name, inline = name, False
            lines.append((number, prefix, kind, json_name or name, inline, keeps_zero, package))
    return lines, {f"{package}.{name}" for name in lists}


def field_type(kind, package, lists):
    if kind in SCALARS:
        return SCALARS[kind]
    full_name = table_name(kind) if "." in kind else f"{package}.{kind}"
    if full_name in lists:
        return "w"
    if full_name in SPECIAL:
        return SPECIAL[full_name]
    # A name of the same package stands alone.
    return kind if "." not in kind else full_name


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sources", required=True, type=Path)
    options = arguments.parse_args()
    entries, lists = [], set()
    for repository, pattern in sorted(PACKAGES.items()):
        root = options.sources / repository
        for proto in sorted(root.rglob("generated.proto")):
            if re.match(pattern, str(proto.parent.relative_to(root))):
                lines, found = package_lines(proto.parent)
                entries += lines
                lists |= found
    text = []
    for entry in entries:
        if isinstance(entry, str):
            text.append(entry)
            continue
        number, prefix, kind, name, inline, keeps_zero, package = entry
        kind = ("~" if inline else prefix) + field_type(kind, package, lists)
        is_scalar = prefix == "" and kind in ("s", "b", "i", "n", "y", "t", "u")
        text.append(f" {number} {name} {kind}" + ("!" if is_scalar and keeps_zero else ""))
    indent = " " * 8
    (ROOT / "ProtobufTable+Messages.swift").write_text(
        "// Generated by Scripts/generate-protobuf.py from Kubernetes' own sources; do not edit.\n\n"
        "/// The messages of Kubernetes' protobuf encoding, in the text that ProtobufTable.swift documents.\n"
        'package enum GeneratedMessages {\n    package static let text: StaticString = """\n'
        + "".join(f"{indent}{line}\n" for line in text) + f'{indent}"""\n}}\n')


if __name__ == "__main__":
    main()
