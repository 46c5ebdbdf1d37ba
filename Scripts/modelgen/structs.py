"""The Swift structs."""

from modelgen.fields import EXPORTED, WIDTH, Field

# The order of initializer arguments: these first, then alphabetically; required ones before all others.
FIRST = ["apiVersion", "kind", "name", "generateName", "namespace", "metadata", "key", "operator", "value", "values"]
FIRST_OF = {
    "ObjectMeta": ["name", "generateName", "namespace", "labels", "annotations", "ownerReferences", "finalizers"],
    "Container": ["name", "image", "command", "args", "workingDir", "ports", "envFrom", "env", "resources",
                  "volumeMounts"],
    "ContainerPort": ["containerPort", "name", "protocol"],
    "ServicePort": ["port", "name", "targetPort", "protocol", "nodePort"],
    "JSONSchemaProps": ["type", "format", "properties", "required", "items", "additionalProperties", "enum", "default"],
    "Status": ["status", "reason", "message", "code", "details"],
}
FIRST_OF_CONDITIONS = ["type", "status", "reason", "message"]


def ordered(definition, fields):
    first = FIRST_OF.get(definition.swift, FIRST_OF_CONDITIONS if definition.swift.endswith("Condition") else FIRST)

    def rank(field):
        place = first.index(field.name) if field.name in first else len(first)
        is_own_metadata = field.name == "metadata" and definition.kind is not None
        return (not is_own_metadata, not field.required, place, field.name)
    return sorted(fields, key=rank)


def api_version(definition):
    group = definition.kind["group"]
    return f'{group}/{definition.version}' if group else definition.version


def initializer(definition, fields):
    if not fields and not definition.kind:
        return [f"    {EXPORTED} public init() {{ document = JSONObject() }}"]
    parameters = []
    for field in fields:
        is_own_metadata = field.name == "metadata" and definition.kind
        parameters.append(f"metadata: {field.type} = {field.type}()" if is_own_metadata else field.parameter)
    lines = [f"    {EXPORTED} public init({', '.join(parameters)}) {{"]
    if len(lines[0]) > WIDTH:
        lines = [f"    {EXPORTED} public init("]
        line = "       "
        for index, parameter in enumerate(parameters):
            text = parameter + ("," if index < len(parameters) - 1 else "")
            if len(line) + 1 + len(text) > WIDTH:
                lines.append(line)
                line = "       "
            line += " " + text
        lines += [line, "    ) {"]
    lines.append("        document = JSONObject()")
    if definition.kind:
        lines.append(f'        document.setKind("{api_version(definition)}", "{definition.kind["kind"]}")')
    for field in fields:
        if field.name == "metadata" and definition.kind:
            lines.append("        if !metadata.document.isEmpty { self.metadata = metadata }")
        else:
            call = "setRequired" if field.required and field.is_collection else "set"
            lines.append(f"        document.{call}({field.key}, {field.swift})")
            if len(lines[-1]) > WIDTH:
                lines[-1:] = [f"        document.{call}(", f"            {field.key}, {field.swift})"]
    return lines + ["    }"]


def resource_type(definition):
    kind, resource = definition.kind, definition.resource
    parts = [f'group: "{kind["group"]}"', f'version: "{kind["version"]}"', f'kind: "{kind["kind"]}"',
             f'plural: "{resource["name"]}"', f'singular: "{resource["singularName"]}"']
    for name in ("shortNames", "categories"):
        if resource.get(name):
            parts.append(f"{name}: [" + ", ".join(f'"{text}"' for text in resource[name]) + "]")
    if not resource["namespaced"]:
        parts.append("isNamespaced: false")
    lines, line = ["    public static let type = ResourceType("], "       "
    for index, part in enumerate(parts):
        text = part + ("," if index < len(parts) - 1 else ")")
        if len(line) + 1 + len(text) > WIDTH:
            lines.append(line)
            line = "       "
        line += " " + text
    return lines + [line]


def schema_name(definition):
    one = f'    {EXPORTED} public static var schemaName: String? {{ "{definition.full_name}" }}'
    if len(one) <= WIDTH:
        return [one]
    return ["    public static var schemaName: String? {", f'        "{definition.full_name}"', "    }"]


def struct(models, definition):
    skipped = ("apiVersion", "kind") if definition.kind else ()
    fields = [Field(models, definition, name, schema) for name, schema in sorted(definition.properties.items())
              if name not in skipped]
    place = api_version(definition) if definition.kind else f"{definition.package}/{definition.version}"
    protocol = "Resource" if definition.resource else "DocumentView"
    lines = [f"/// Kubernetes' `{place}` `{definition.last}`.", f"public struct {definition.swift}: {protocol} {{",
             "    public var document: JSONObject",
             f"    {EXPORTED} public init(document: JSONObject) {{ self.document = document }}",
             *schema_name(definition)]
    if definition.resource:
        lines += resource_type(definition)
    lines += [""] + initializer(definition, ordered(definition, fields))
    if fields:
        lines.append("")
    for field in fields:
        lines += field.property()
    return lines + ["}"]
