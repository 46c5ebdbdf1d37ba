"""What Kubernetes' Go types say beyond the API's own description: which members an encoder leaves out where they are
zero, and what the comments tell of types and members."""

import re

# Where the types of an API package lie in the checkouts, and what their names begin with.
ROOTS = [
    ("api", r"[a-z]+/v\w+", "io.k8s.api."),
    ("apimachinery/pkg/apis", r"meta/v1", "io.k8s.apimachinery.pkg.apis."),
    ("apiextensions-apiserver/pkg/apis", r"apiextensions/v1", "io.k8s.apiextensions-apiserver.pkg.apis."),
    ("kube-aggregator/pkg/apis", r"apiregistration/v1", "io.k8s.kube-aggregator.pkg.apis."),
]
SCALARS = {"string", "bool", "int", "int32", "int64", "float32", "float64", "types.UID", "k8s.io/apimachinery/pkg/types.UID"}


class Member:
    def __init__(self, name, type_name, options, comment):
        self.name, self.type, self.options, self.comment = name, type_name, options, comment


class Struct:
    def __init__(self, comment):
        self.comment, self.members = comment, []


class GoTypes:
    def __init__(self, sources):
        self.structs, self.aliases, self.imports = {}, {}, {}
        for folder, pattern, prefix in ROOTS:
            base = sources / folder
            for path in sorted(base.glob("*/*")):
                package = path.relative_to(base).as_posix()
                if path.is_dir() and re.fullmatch(pattern, package):
                    for file in sorted(path.glob("*.go")):
                        if not file.name.startswith("zz_") and not file.name.endswith("_test.go"):
                            self.read(file.read_text(), prefix + package.replace("/", "."))

    def read(self, text, package):
        imports = self.imports.setdefault(package, {})
        for alias, path in re.findall(r'^\s+(\w+)? ?"(k8s\.io/[^"]+)"$', text, re.M):
            imports[alias or path.rsplit("/", 1)[1]] = path
        comment, struct = [], None
        for line in text.split("\n"):
            stripped = line.strip()
            if stripped.startswith("//"):
                comment.append(stripped[2:].removeprefix(" "))
                continue
            opening = re.match(r"type (\w+) struct \{", line)
            alias = re.match(r"type (\w+) =? ?([\w.\[\]*]+)$", line)
            member = re.match(r"\t(?:(\w+)\s+)?([\w.\[\]*]+)\s+`([^`]*)`", line) if struct else None
            if opening:
                struct = Struct(comment)
                self.structs[f"{package}.{opening[1]}"] = struct
                if line.endswith("{}"):
                    struct = None
            elif alias:
                self.aliases[f"{package}.{alias[1]}"] = (alias[2], package)
            elif member:
                tag = re.search(r'json:"([^"]*)"', member[3])
                if tag:
                    name, *options = tag[1].split(",")
                    struct.members.append(Member(name, member[2], options, comment))
            elif line.startswith("}"):
                struct = None
            comment = []

    def resolve(self, type_name, package):
        """The full name of a type that a package mentions."""
        if "." not in type_name:
            return f"{package}.{type_name}"
        alias, name = type_name.split(".")
        path = self.imports[package].get(alias, "")
        return re.sub(r"^k8s\.io\.", "io.k8s.", path.replace("/", ".")) + "." + name

    def is_scalar(self, type_name, package):
        if type_name in SCALARS:
            return True
        name = self.resolve(type_name, package) if "[" not in type_name and "*" not in type_name else ""
        if name.endswith("apimachinery.pkg.types.UID"):
            return True
        return name in self.aliases and self.is_scalar(*self.aliases[name])

    def members(self, full_name):
        """The members of a type by name, those of embedded types among them, each with the package that declares it."""
        struct, package = self.structs.get(full_name), full_name.rsplit(".", 1)[0]
        while struct is None and full_name in self.aliases:
            full_name = self.resolve(*self.aliases[full_name])
            struct, package = self.structs.get(full_name), full_name.rsplit(".", 1)[0]
        found = {}
        for member in struct.members if struct else []:
            if member.name == "" and (not member.options or "inline" in member.options or member.options == [""]):
                found.update(self.members(self.resolve(member.type.lstrip("*"), package)))
            elif member.name != "-":
                found[member.name] = (member, package)
        return found

    def omits_zero(self, full_name):
        """The scalar members that are left out where they are zero: an explicit zero is the same as none."""
        return {
            name for name, (member, package) in self.members(full_name).items()
            if {"omitempty", "omitzero"} & set(member.options) and self.is_scalar(member.type, package)}


def description(comment):
    """A comment as the API's description has it."""
    text = ""
    for line in comment:
        if line.strip() == "---":
            break
        line = line.rstrip()
        leading = line.lstrip(" ")
        if not line:
            text = text[:-1] + "\n\n"
        elif leading.startswith("TODO") or leading.startswith("+"):
            continue
        elif line[0] in " \t":
            text = text[:-1] + "\n" + line + "\n"
        else:
            text += line + " "
    return text.strip("\n").rstrip(" ") if text.strip() else ""
