"""The field tables, in the text that SchemaTable.swift documents."""

import json

from modelgen.definitions import SCALARS, target


def table_type(schema):
    reference = target(schema)
    if reference:
        return SCALARS[reference][0] if reference in SCALARS else reference
    kind, form = schema.get("type"), schema.get("format")
    if kind == "array":
        return "[" + table_type(schema["items"])
    if kind == "object":
        return "{" + table_type(schema["additionalProperties"]) if "additionalProperties" in schema else "*"
    if kind == "string":
        return "y" if form == "byte" else "s"
    return {"integer": "i", "number": "n", "boolean": "b"}[kind]


def table_line(name, schema, required, default, omits_zero):
    words = ["", name, table_type(schema) + ("!" if required else "")]
    strategies = schema.get("x-kubernetes-patch-strategy", "").split(",")
    if schema.get("x-kubernetes-list-type") == "map":
        words.append("k=" + ",".join(schema["x-kubernetes-list-map-keys"]))
    if schema.get("x-kubernetes-list-type") == "set":
        words.append("set")
    if "merge" in strategies:
        key = schema.get("x-kubernetes-patch-merge-key")
        words.append(f"m={key}" if key else "m")
    if "retainKeys" in strategies:
        words.append("r")
    if "replace" in strategies:
        words.append("p")
    if "x-kubernetes-map-type" in schema:
        words.append({"atomic": "a", "granular": "g"}[schema["x-kubernetes-map-type"]])
    if schema.get("format") == "int32":
        words.append("32")
    if "enum" in schema:
        words.append("e=" + ",".join(sorted(schema["enum"])))
    if required or (default is not None and default in ("", 0, False, {})):
        words.append("z")
    elif omits_zero:
        words.append("o")
    if default not in (None, "", {}, [], 0, False):
        words.append("d=" + json.dumps(default, separators=(",", ":")))
    assert not any(" " in word for word in words), words
    return " ".join(words)


def table(definition, defaults, types):
    head = [definition.full_name]
    if definition.body.get("x-kubernetes-map-type") == "atomic":
        head.append("a")
    for union in definition.body.get("x-kubernetes-unions", []):
        members = ",".join(f"{f}={v}" for f, v in sorted(union["fields-to-discriminateBy"].items()))
        head.append(f"union={union.get('discriminator', '')}:{members}")
    lines = [" ".join(head)]
    published = defaults.get(definition.full_name, {}).get("properties", {})
    omitted = types.omits_zero(definition.full_name)
    for name, schema in sorted(definition.properties.items()):
        default = published.get(name, {}).get("default")
        lines.append(table_line(name, schema, name in definition.required, default, name in omitted))
    return lines
