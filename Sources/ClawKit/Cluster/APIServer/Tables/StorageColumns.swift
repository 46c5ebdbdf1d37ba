import ClawDocuments
import ClawSchemas

/// The columns of volumes, their claims and classes.
enum StorageColumns {
    static let byResource: [String: [Column]] = [
        "persistentvolumes": volumes, "persistentvolumeclaims": claims,
        "storageclasses.storage.k8s.io": storageClasses,
        "volumeattributesclasses.storage.k8s.io": [
            .name, .text("DriverName", .field("storage/v1 VolumeAttributesClass.driverName"), ["driverName"]), .age,
        ],
        "volumeattachments.storage.k8s.io": attachments,
        "csinodes.storage.k8s.io": [
            .name,
            .count(
                "Drivers", "Drivers indicates the number of CSI drivers registered on the node", ["spec", "drivers"]),
            .age,
        ],
        "csidrivers.storage.k8s.io": drivers,
        "csistoragecapacities.storage.k8s.io": [
            .name,
            .text("StorageClassName", .field("storage/v1 CSIStorageCapacity.storageClassName"), ["storageClassName"]),
            Column("Capacity", .field("storage/v1 CSIStorageCapacity.capacity")) { object, _ in
                .string(object["capacity"].isSet ? object["capacity"].amount : "<unset>")
            },
        ],
    ]

    private static func phase(_ type: String) -> Column {
        Column("Status", .field("core/v1 \(type)Status.phase")) { object, _ in
            .string(object["metadata"]["deletionTimestamp"].isSet ? "Terminating" : object["status"]["phase"].string)
        }
    }

    private static func classes(_ kind: String) -> [Column] {
        [
            Column("StorageClass", .text("StorageClass of the \(kind)")) { object, _ in
                let old = object["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"]
                return .string(old.isSet ? old.string : object["spec"]["storageClassName"].string)
            },
            Column("VolumeAttributesClass", .text("VolumeAttributesClass of the \(kind)")) { object, _ in
                .string(object["spec"]["volumeAttributesClassName"].value?.string ?? "<unset>")
            },
        ]
    }

    private static func mode(_ type: String) -> Column {
        .text(
            "VolumeMode", .field("core/v1 \(type)Spec.volumeMode"), ["spec", "volumeMode"], none: "<unset>", priority: 1
        )
    }

    /// Each once, in this order.
    private static func modes(_ modes: Field) -> String {
        let given = Set(modes.strings)
        let short = [
            ("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP"),
        ]
        return short.filter { given.contains($0.0) }.map(\.1).joined(separator: ",")
    }

    private static let volumes: [Column] =
        [
            .name,
            Column("Capacity", .field("core/v1 PersistentVolumeSpec.capacity")) { object, _ in
                .string(object["spec"]["capacity"]["storage"].amount)
            },
            Column("Access Modes", .field("core/v1 PersistentVolumeSpec.accessModes")) { object, _ in
                .string(modes(object["spec"]["accessModes"]))
            },
            .text(
                "Reclaim Policy", .field("core/v1 PersistentVolumeSpec.persistentVolumeReclaimPolicy"),
                ["spec", "persistentVolumeReclaimPolicy"]),
            phase("PersistentVolume"),
            Column("Claim", .field("core/v1 PersistentVolumeSpec.claimRef")) { object, _ in
                let claim = object["spec"]["claimRef"]
                return .string(claim.isSet ? "\(claim["namespace"].string)/\(claim["name"].string)" : "")
            },
        ] + classes("pv") + [
            .text("Reason", .field("core/v1 PersistentVolumeStatus.reason"), ["status", "reason"]), .age,
            mode("PersistentVolume"),
        ]

    private static let claims: [Column] =
        [
            .name, phase("PersistentVolumeClaim"),
            .text("Volume", .field("core/v1 PersistentVolumeClaimSpec.volumeName"), ["spec", "volumeName"]),
            Column("Capacity", .field("core/v1 PersistentVolumeClaimStatus.capacity")) { object, _ in
                .string(object["spec"]["volumeName"].isEmpty ? "" : object["status"]["capacity"]["storage"].amount)
            },
            Column("Access Modes", .field("core/v1 PersistentVolumeClaimStatus.accessModes")) { object, _ in
                .string(object["spec"]["volumeName"].isEmpty ? "" : modes(object["status"]["accessModes"]))
            },
        ] + classes("pvc") + [.age, mode("PersistentVolumeClaim")]

    private static let storageClasses: [Column] = [
        Column("Name", .name, format: "name") { object, _ in
            let isDefault = ["", ".beta"].contains {
                object["metadata"]["annotations"]["storageclass\($0).kubernetes.io/is-default-class"].string == "true"
            }
            return .string("\(object["metadata"]["name"].string)\(isDefault ? " (default)" : "")")
        },
        .text("Provisioner", .field("storage/v1 StorageClass.provisioner"), ["provisioner"]),
        .text("ReclaimPolicy", .field("storage/v1 StorageClass.reclaimPolicy"), ["reclaimPolicy"], none: "Delete"),
        .text(
            "VolumeBindingMode", .field("storage/v1 StorageClass.volumeBindingMode"), ["volumeBindingMode"],
            none: "Immediate"),
        Column("AllowVolumeExpansion", .field("storage/v1 StorageClass.allowVolumeExpansion")) { object, _ in
            .bool(object["allowVolumeExpansion"].isTrue)
        },
        .age,
    ]

    private static let attachments: [Column] = [
        .name,
        Column("Attacher", .field("storage/v1 VolumeAttachmentSpec.attacher"), format: "name") { object, _ in
            .string(object["spec"]["attacher"].string)
        },
        .text(
            "PV", .field("storage/v1 VolumeAttachmentSource.persistentVolumeName"),
            ["spec", "source", "persistentVolumeName"]),
        .text("Node", .field("storage/v1 VolumeAttachmentSpec.nodeName"), ["spec", "nodeName"]),
        Column("Attached", .field("storage/v1 VolumeAttachmentStatus.attached"), type: "boolean") { object, _ in
            .bool(object["status"]["attached"].isTrue)
        },
        .age,
    ]

    private static let drivers: [Column] = {
        func flag(_ name: String, _ member: String, unset: Bool = false) -> Column {
            Column(name, .field("storage/v1 CSIDriverSpec.\(member)"), type: "boolean") { object, _ in
                .bool(object["spec"][member].value?.bool ?? unset)
            }
        }
        return [
            .name, flag("AttachRequired", "attachRequired", unset: true), flag("PodInfoOnMount", "podInfoOnMount"),
            flag("StorageCapacity", "storageCapacity"),
            Column("TokenRequests", .field("storage/v1 CSIDriverSpec.tokenRequests")) { object, _ in
                let requests = object["spec"]["tokenRequests"]
                return .string(
                    requests.isSet ? requests.items.map { $0["audience"].string }.joined(separator: ",") : "<unset>")
            },
            flag("RequiresRepublish", "requiresRepublish"),
            Column("Modes", .field("storage/v1 CSIDriverSpec.volumeLifecycleModes")) { object, _ in
                let modes = object["spec"]["volumeLifecycleModes"].strings
                return .string(modes.isEmpty ? "<none>" : modes.joined(separator: ","))
            },
            .age,
        ]
    }()
}
