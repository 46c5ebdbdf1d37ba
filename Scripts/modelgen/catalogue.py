"""The catalogue of resources: what discovery serves, in the text that ResourceCatalogue+Parsing.swift documents."""

from modelgen.definitions import split_version


def catalogue(models):
    lines = []
    for path, path_list in sorted(models.discovery["resources"].items()):
        group, version = split_version(path_list["groupVersion"])
        for resource in sorted(path_list["resources"], key=lambda r: r["name"]):
            kind_group, kind_version = resource.get("group", group), resource.get("version", version)
            definition = models.by_kind.get((kind_group, kind_version, resource["kind"]))
            schema = definition.full_name if definition else "-"
            verbs = ",".join(sorted(resource["verbs"]))
            if "/" in resource["name"]:
                kind_version = f"{kind_group}/{kind_version}" if kind_group else kind_version
                lines.append(f' {resource["name"].split("/")[1]} {kind_version} {resource["kind"]} {verbs} {schema}')
            else:
                lines.append(" ".join([
                    path_list["groupVersion"], resource["kind"], resource["name"], resource["singularName"] or "-",
                    "namespaced" if resource["namespaced"] else "cluster",
                    ",".join(resource.get("shortNames", [])) or "-",
                    ",".join(resource.get("categories", [])) or "-", verbs, schema]))
    versions = ["v1"]
    for group in models.discovery["/apis"]["groups"]:
        versions += [version["groupVersion"] for version in group["versions"]]
    return lines, versions
