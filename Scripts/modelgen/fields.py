"""One property of a struct: its Swift type and the accessors that read and write it."""

import re

from modelgen.definitions import SCALARS, target

WIDTH = 120
# What uses a property compiles it (SE-0497): thousands that nobody uses cost nobody time or space.
EXPORTED = "@export(implementation)"

KEYWORDS = set(
    "as associatedtype break case catch class continue default defer deinit do else enum extension false fileprivate "
    "for func guard if import in init inout internal is let nil operator private protocol public repeat rethrows "
    "return self static struct subscript super switch throw throws true try typealias var where while".split())


def swift_name(name):
    """A property's Swift name; what is no identifier becomes one."""
    words = [word for word in re.split(r"[^A-Za-z0-9_]", name) if word]
    return words[0] + "".join(word[0].upper() + word[1:] for word in words[1:])


def quoted(name):
    return f"`{name}`" if name in KEYWORDS else name


def key(name):
    return "." + name if name.isidentifier() else f'"{name}"'


class Field:
    """One property: its Swift type and the accessor that reads it."""

    def __init__(self, models, definition, name, schema):
        self.name, self.swift, self.key = name, quoted(swift_name(name)), key(name)
        self.required = name in definition.required
        self.is_collection = False
        self.resolve(models, schema)
        self.enum = [value for value in sorted(schema.get("enum", [])) if value]
        if name == "metadata" and definition.kind:
            self.required = True

    def resolve(self, models, schema):
        reference, kind = target(schema), schema.get("type")
        if reference in SCALARS:
            self.type = SCALARS[reference][1]
            self.accessor = {"String": "string", "JSON": "json"}.get(self.type, "scalar")
        elif reference:
            self.type, self.accessor = models.swift_of(reference), "view"
        elif kind == "array":
            self.is_collection = True
            element = Field.of(models, schema["items"])
            self.type = f"[{element.type}]"
            self.accessor = {"string": "strings", "int": "ints", "bool": "bools", "view": "views", "scalar": "scalars",
                             "json": "values"}[element.accessor]
        elif kind == "object":
            self.is_collection = True
            element = Field.of(models, schema["additionalProperties"])
            self.type = f"[String: {element.type}]"
            self.accessor = {"string": "stringMap", "scalar": "scalarMap", "view": "viewMap", "json": "valueMap",
                             "strings": "stringsMap"}[element.accessor]
        else:
            self.type, self.accessor = {
                "string": ("String", "string"), "integer": ("Int", "int"), "number": ("Double", "double"),
                "boolean": ("Bool", "bool")}[kind]

    @staticmethod
    def of(models, schema):
        field = Field.__new__(Field)
        field.resolve(models, schema)
        return field

    @property
    def getter(self):
        if self.accessor == "json":
            return f"document[{self.key}]" + (" ?? .null" if self.required else "")
        if not self.required or self.is_collection:
            return f"document.{self.accessor}({self.key})"
        if self.accessor == "view":
            return f"document.viewOrEmpty({self.key})"
        absent = {"String": '""', "Int": "0", "Double": "0", "Bool": "false", "Quantity": ".zero", "IntOrString": "0"}
        return f"document.{self.accessor}({self.key}) ?? {absent[self.type]}"

    @property
    def declared_type(self):
        return self.type if self.required or self.is_collection else self.type + "?"

    @property
    def parameter(self):
        empty = "[:]" if self.type.startswith("[String:") else "[]" if self.is_collection else "nil"
        default = "" if self.required else f" = {empty}"
        return f"{self.swift}: {self.declared_type}{default}"

    def property(self):
        lines = []
        if self.enum:
            words = [f"`{value}`" for value in self.enum]
            text = words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]
            lines += wrap_comment(text + ".")
        one = f"    {EXPORTED} public var {self.swift}: {self.declared_type} " \
            f"{{ get {{ {self.getter} }} set {{ document.set({self.key}, newValue) }} }}"
        if len(one) <= WIDTH:
            return lines + [one]
        return lines + [
            f"    {EXPORTED} public var {self.swift}: {self.declared_type} {{", f"        get {{ {self.getter} }}",
            f"        set {{ document.set({self.key}, newValue) }}", "    }"]


def wrap_comment(text):
    lines, line = [], "    ///"
    for word in text.split(" "):
        if len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = "    ///"
        line += " " + word
    return lines + [line]
