import ClawCluster
import ClawDocuments

/// A few types with every kind of list and map, in the form that the model generator writes.
let testTypes = SchemaTable(parsing: [
    """
    Thing
     apiVersion s
     kind s
     metadata Meta z
     spec Spec z
     status Status z
     data {s
    Meta
     name s
     namespace s
     uid s
     resourceVersion s
     generation i
     creationTimestamp t
     labels {s
     annotations {s
     finalizers [s set m
     ownerReferences [Owner k=uid m=uid
     managedFields [*
    Owner a
     uid s! z
     name s! z
    Spec
     replicas i
     paused b
     size q
     port x
     containers [Container! k=name m=name z
     volumes [Volume k=name m=name r
     tolerations [Toleration
     strategy Strategy r
     selector Selector
     nodes {s a
     ports [ServicePort k=port,protocol m=port
     extra *
     budget Strategy p
    Container
     name s! z
     image s
     args [s
     env [EnvVar k=name m=name
     ports [Port k=containerPort,protocol m=containerPort
     resources Resources z
    EnvVar
     name s! z
     value s
    Port
     name s
     containerPort i! z
     protocol s d="TCP"
    ServicePort
     name s
     port i! z
     protocol s d="TCP"
     targetPort x
    Resources
     limits {q
     requests {q
    Volume
     name s! z
     emptyDir Empty
     hostPath HostPath
    Empty
     medium s
    HostPath
     path s!
    Toleration
     key s
     operator s
    Strategy
     type s
     rollingUpdate Rolling
    Rolling
     maxSurge x
    Selector a
     matchLabels {s
    Status
     phase s
     conditions [Condition k=type m=type
    Condition
     type s!
     status s!
    """
])

let thingSchema = testTypes["Thing"]!

func parse(_ text: String) -> JSON {
    do { return try JSONParser.parse(Array(text.utf8)) } catch { preconditionFailure("\(error) in \(text)") }
}

func object(_ text: String) -> JSONObject {
    guard let object = parse(text).object else { preconditionFailure("not an object: \(text)") }
    return object
}
