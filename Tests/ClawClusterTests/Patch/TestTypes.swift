import ClawCluster
import ClawDocuments

/// A few types with every kind of list and map, in the form that the model generator writes.
let testTypes = SchemaTable(parsing: [
    """
    Thing
     apiVersion s
     kind s
     metadata Meta
     spec Spec
     status Status
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
     managedFields [*
    Spec
     replicas i
     paused b
     size q
     port x
     containers [Container k=name m=name
     volumes [Volume k=name m=name r
     tolerations [Toleration
     strategy Strategy r
     selector Selector
     nodes {s a
     ports [ServicePort k=port,protocol m=port
     extra *
     budget Strategy p
    Container
     name s! d=""
     image s
     args [s
     env [EnvVar k=name m=name
     ports [Port k=containerPort,protocol m=containerPort
     resources Resources
    EnvVar
     name s! d=""
     value s
    Port
     name s
     containerPort i!
     protocol s d="TCP"
    ServicePort
     name s
     port i!
     protocol s d="TCP"
     targetPort x
    Resources
     limits {q
     requests {q
    Volume
     name s! d=""
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

let thing = testTypes["Thing"]!

func parse(_ text: String) -> JSON {
    do { return try JSONParser.parse(Array(text.utf8)) } catch { preconditionFailure("\(error) in \(text)") }
}

func object(_ text: String) -> JSONObject {
    guard let object = parse(text).object else { preconditionFailure("not an object: \(text)") }
    return object
}
