import ClawDocuments
import ClawKubernetes
import ClawModels
import Testing

@testable import ClawControl

@Suite("Differences between desired and live")
struct DifferenceTests {
    private func isSatisfied(_ desired: JSON, by live: JSON, as type: String? = nil) -> Bool {
        Difference().isSatisfied(desired.object ?? [:], by: live.object ?? [:], as: type)
    }

    private func pod(_ container: JSON, volumes: JSON? = nil) -> JSON {
        var spec: JSON = ["containers": [container]]
        spec["volumes"] = volumes
        return ["metadata": ["name": "web"], "spec": spec]
    }

    @Test("what the live object has besides does not matter: defaults, status, elements of others")
    func foreign() {
        let desired = pod(
            ["name": "web", "ports": [["containerPort": 80]]], volumes: [["name": "data", "emptyDir": [:]]])
        let live: JSON = [
            "metadata": ["name": "web", "uid": "u", "labels": ["a": "b"], "finalizers": ["x"]],
            "spec": [
                "restartPolicy": "Always",
                "containers": [
                    ["name": "sidecar"],
                    ["name": "web", "ports": [["containerPort": 80, "protocol": "TCP"]], "imagePullPolicy": "Always"],
                ],
                "volumes": [["name": "kube-api-access"], ["name": "data", "emptyDir": [:]]],
            ], "status": ["phase": "Running"],
        ]
        #expect(isSatisfied(desired, by: live, as: Pod.schemaName))
    }

    @Test("elements of an associative list are told apart by all their keys, defaults included")
    func keys() {
        func ports(_ ports: JSON) -> JSON { pod(["name": "web", "ports": ports]) }
        let live = ports([
            ["containerPort": 53, "protocol": "TCP"], ["containerPort": 53, "protocol": "UDP", "name": "dns"],
        ])
        #expect(
            isSatisfied(
                ports([["containerPort": 53, "protocol": "UDP", "name": "dns"], ["containerPort": 53]]), by: live,
                as: Pod.schemaName))
        #expect(!isSatisfied(ports([["containerPort": 53, "name": "dns"]]), by: live, as: Pod.schemaName))
        #expect(!isSatisfied(ports([["containerPort": 54]]), by: live, as: Pod.schemaName))
    }

    @Test("finalizers are a set, owner references go by uid, for custom resources too")
    func metadata() {
        let live: JSON = [
            "metadata": [
                "finalizers": ["a", "b"], "ownerReferences": [["uid": "1", "name": "x"], ["uid": "2", "name": "y"]],
            ]
        ]
        for type in [nil, ConfigMap.schemaName] {
            #expect(isSatisfied(["metadata": ["finalizers": ["b"]]], by: live, as: type))
            #expect(!isSatisfied(["metadata": ["finalizers": ["c"]]], by: live, as: type))
            #expect(isSatisfied(["metadata": ["ownerReferences": [["uid": "2", "name": "y"]]]], by: live, as: type))
            #expect(!isSatisfied(["metadata": ["ownerReferences": [["uid": "3", "name": "y"]]]], by: live, as: type))
        }
    }

    @Test("an atomic list must be the same, in order")
    func atomic() {
        func command(_ words: JSON) -> JSON { pod(["name": "web", "command": words]) }
        #expect(isSatisfied(command(["a", "b"]), by: command(["a", "b"]), as: Pod.schemaName))
        for live in [["b", "a"], ["a"], ["a", "b", "c"], []] as [JSON] {
            #expect(!isSatisfied(command(["a", "b"]), by: command(live), as: Pod.schemaName))
        }
    }

    @Test("a quantity is the same whatever its form, where the field is a quantity")
    func quantities() {
        func limits(_ cpu: JSON, _ memory: JSON) -> JSON {
            pod(["name": "web", "resources": ["limits": ["cpu": cpu, "memory": memory]]])
        }
        #expect(isSatisfied(limits("1000m", "1024Mi"), by: limits("1", "1Gi"), as: Pod.schemaName))
        #expect(isSatisfied(limits(1, "0.5Gi"), by: limits("1", "512Mi"), as: Pod.schemaName))
        #expect(!isSatisfied(limits("1001m", "1Gi"), by: limits("1", "1Gi"), as: Pod.schemaName))
        func env(_ value: JSON) -> JSON { pod(["name": "web", "env": [["name": "A", "value": value]]]) }
        #expect(!isSatisfied(env("1000m"), by: env("1"), as: Pod.schemaName))
    }

    @Test(
        "a zero that a server leaves out is there, where the server knows the field; of a map no entry may be missing")
    func zeroes() {
        let desired = pod([
            "name": "web", "volumeMounts": [["mountPath": "/a", "name": "a", "readOnly": false]], "args": [],
            "env": [["name": "A", "value": ""]],
        ])
        let live = pod(["name": "web", "volumeMounts": [["mountPath": "/a", "name": "a"]], "env": [["name": "A"]]])
        #expect(isSatisfied(desired, by: live, as: Pod.schemaName))
        #expect(!isSatisfied(["spec": ["flag": false]], by: ["spec": [:]]))
        #expect(isSatisfied(["spec": ["list": [], "map": [:], "none": nil]], by: ["spec": [:]]))
        #expect(!isSatisfied(["data": ["a": ""]], by: ["data": [:]], as: ConfigMap.schemaName))
        #expect(
            !isSatisfied(
                ["metadata": ["labels": ["a": ""]]], by: ["metadata": ["labels": ["b": ""]]], as: ConfigMap.schemaName))
        #expect(isSatisfied(["spec": ["a": ["b": nil]]], by: ["spec": ["a": 3]]) == false)
    }

    // MARK: properties

    private func random(_ depth: Int, _ generator: inout some RandomNumberGenerator) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &generator) {
        case 0: return .integer(Int64.random(in: 1...9, using: &generator))
        case 1: return .string(["a", "b", "1"].randomElement(using: &generator) ?? "")
        case 2: return .bool(true)
        case 3: return .double(0.5)
        case 4:
            return .array((0..<Int.random(in: 1...3, using: &generator)).map { _ in random(depth - 1, &generator) })
        default:
            var object = JSONObject()
            for name in ["x", "y", "kind"].prefix(Int.random(in: 1...3, using: &generator)) {
                object[name] = random(depth - 1, &generator)
            }
            return .object(object)
        }
    }

    private func document(_ generator: inout some RandomNumberGenerator) -> JSON {
        ["a": random(3, &generator), "b": random(3, &generator)]
    }

    /// The value with members added to its objects, as others might.
    private func grown(_ value: JSON, _ generator: inout some RandomNumberGenerator) -> JSON {
        switch value {
        case .object(let object):
            var grown = JSONObject()
            if Bool.random(using: &generator) { grown["foreign"] = random(2, &generator) }
            for (name, value) in object { grown[name] = self.grown(value, &generator) }
            return .object(grown)
        case .array(let elements): return .array(elements.map { grown($0, &generator) })
        default: return value
        }
    }

    /// Every value that differs from the given one in a single leaf.
    private func changed(_ value: JSON) -> [JSON] {
        switch value {
        case .object(let object):
            return object.flatMap { name, member in
                (changed(member).map(Optional.some) + [nil]).map { other in
                    var object = object
                    object[name] = other
                    return JSON.object(object)
                }
            }
        case .array(let elements):
            return elements.indices.flatMap { index in
                changed(elements[index]).map { other in
                    var elements = elements
                    elements[index] = other
                    return JSON.array(elements)
                }
            } + [.array(Array(elements.dropLast())), .array(elements + [1])]
        default: return [.string("other"), .null]
        }
    }

    @Test("every document satisfies itself, whatever others add to it, and no longer when a leaf changes or goes")
    func properties() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let desired = document(&generator)
            #expect(isSatisfied(desired, by: desired))
            #expect(isSatisfied([:], by: desired))
            let live = grown(desired, &generator)
            #expect(isSatisfied(desired, by: live), "\(desired) by \(live)")
            for other in changed(desired) {
                #expect(!isSatisfied(desired, by: other), "\(desired) by \(other)")
            }
        }
    }

    @Test("what is satisfied by A, and A by B, is satisfied by B")
    func transitive() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let desired = document(&generator)
            let live = grown(desired, &generator)
            #expect(isSatisfied(desired, by: grown(live, &generator)))
        }
    }
}
