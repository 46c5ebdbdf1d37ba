import ClawDocuments
import ClawModels
import ClawSchemas

/// The objects that configure a policy, as a binding names them.
struct PolicyParameters {
    struct Problem: Error { let text: String }

    /// Where each parameter kind is stored and whether it is namespaced; nil where it is not known.
    let find: (_ apiVersion: String, _ kind: String) -> ResourceType?

    /// - Returns: the objects, a single nil where the policy has no parameters.
    func collect(
        kind: Field, reference: Field, _ request: AdmissionRequest
    ) throws(Problem) -> [JSONObject?] {
        guard kind.isSet, reference.isSet else { return [nil] }
        guard let type = find(kind["apiVersion"].string, kind["kind"].string) else {
            throw Problem(
                text:
                    "paramKind kind `&ParamKind{APIVersion:\(kind["apiVersion"].string),Kind:\(kind["kind"].string),}` not known"
            )
        }
        let named = reference["namespace"].string
        var namespace = ""
        if type.isNamespaced {
            namespace = named.isEmpty ? request.call.namespace ?? "" : named
            if namespace.isEmpty {
                throw Problem(
                    text: "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources")
            }
        } else if !named.isEmpty {
            throw Problem(text: "paramRef.namespace must not be provided for a cluster-scoped `paramKind`")
        }
        let collection = ObjectStore.Collection(group: type.group, plural: type.plural)
        var found: [JSONObject] = []
        let name = reference["name"].string
        if !name.isEmpty {
            found = request.store.get(collection, .init(namespace: namespace, name: name)).map { [$0.object] } ?? []
        } else if reference["selector"].isSet {
            found = request.store.list(collection, namespace: type.isNamespaced ? namespace : nil).objects.filter {
                SelectorRules.matches(reference["selector"], Field($0)["metadata"]["labels"])
            }
        } else {
            throw Problem(text: "one of name or selector must be provided")
        }
        if found.isEmpty, reference["parameterNotFoundAction"].string == "Deny" {
            throw Problem(text: "no params found for policy binding with `Deny` parameterNotFoundAction")
        }
        return found
    }
}
