extension BootstrapPolicy {
    /// A line for each role: its name, `+x` where it is gathered into role x, `<x` where it gathers those. Below, its
    /// rules: groups, resources, verbs, names.
    static let rolesTable: String = """
        cluster-admin
         * * *
         = * *
        admin <admin
        edit <edit +admin
        view <view +edit
        system:aggregate-to-admin +admin
         authorization.k8s.io localsubjectaccessreviews create
         rbac.authorization.k8s.io rolebindings,roles RW
        system:aggregate-to-edit +edit
         - pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy R
         - serviceaccounts impersonate
         - pods,pods/attach,pods/exec,pods/portforward,pods/proxy W
         - pods/eviction create
         - configmaps,events,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy W
         - serviceaccounts/token create
         apps daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale W
         autoscaling horizontalpodautoscalers W
         batch cronjobs,jobs W
         policy poddisruptionbudgets W
         networking.k8s.io ingresses,networkpolicies W
         coordination.k8s.io leases RW
         resource.k8s.io resourceclaims,resourceclaimtemplates W
        system:aggregate-to-view +view
         - configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status R
         - bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status R
         - namespaces R
         discovery.k8s.io endpointslices R
         apps controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status R
         autoscaling horizontalpodautoscalers,horizontalpodautoscalers/status R
         batch cronjobs,cronjobs/status,jobs,jobs/status R
         policy poddisruptionbudgets,poddisruptionbudgets/status R
         networking.k8s.io ingresses,ingresses/status,networkpolicies R
         resource.k8s.io resourceclaims,resourceclaims/status,resourceclaimtemplates R
        system:auth-delegator
         authentication.k8s.io tokenreviews create
         authorization.k8s.io subjectaccessreviews create
        system:basic-user
         authorization.k8s.io selfsubjectaccessreviews,selfsubjectrulesreviews create
         authentication.k8s.io selfsubjectreviews create
        system:certificates.k8s.io:certificatesigningrequests:nodeclient
         certificates.k8s.io certificatesigningrequests/nodeclient create
        system:certificates.k8s.io:certificatesigningrequests:selfnodeclient
         certificates.k8s.io certificatesigningrequests/selfnodeclient create
        system:certificates.k8s.io:kube-apiserver-client-approver
         certificates.k8s.io signers approve kubernetes.io/kube-apiserver-client
        system:certificates.k8s.io:kube-apiserver-client-kubelet-approver
         certificates.k8s.io signers approve kubernetes.io/kube-apiserver-client-kubelet
        system:certificates.k8s.io:kubelet-serving-approver
         certificates.k8s.io signers approve kubernetes.io/kubelet-serving
        system:certificates.k8s.io:legacy-unknown-approver
         certificates.k8s.io signers approve kubernetes.io/legacy-unknown
        system:discovery
         = /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/ get
        system:kube-controller-manager
         -,events.k8s.io events create,patch,update
         coordination.k8s.io leases create
         coordination.k8s.io leases get,update kube-controller-manager
         - secrets,serviceaccounts create
         - secrets delete
         - configmaps,namespaces,secrets,serviceaccounts get
         - secrets,serviceaccounts update
         authentication.k8s.io tokenreviews create
         authorization.k8s.io subjectaccessreviews create
         * * list,watch
         - serviceaccounts/token create
        system:kube-scheduler
         -,events.k8s.io events create,patch,update
         coordination.k8s.io leases create
         coordination.k8s.io leases get,update kube-scheduler
         - nodes R
         - pods delete,get,list,watch
         - bindings,pods/binding create
         - pods/status patch,update
         - replicationcontrollers,services R
         apps replicasets,statefulsets R
         policy poddisruptionbudgets R
         - persistentvolumeclaims,persistentvolumes R
         authentication.k8s.io tokenreviews create
         authorization.k8s.io subjectaccessreviews create
         storage.k8s.io csidrivers,csinodes,csistoragecapacities R
         - namespaces R
        system:kubelet-api-admin
         - nodes R
         - nodes proxy
         - nodes/log,nodes/metrics,nodes/proxy,nodes/stats *
        system:monitoring
         = /healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/* get
        system:node
         authentication.k8s.io tokenreviews create
         authorization.k8s.io localsubjectaccessreviews,subjectaccessreviews create
         - services R
         - nodes create,get,list,watch
         - nodes/status patch,update
         - nodes patch,update
         - events create,patch,update
         - pods R
         - pods create,delete
         - pods/status patch,update
         - pods/eviction create
         - configmaps,secrets R
         - persistentvolumeclaims,persistentvolumes get
         - endpoints get
         certificates.k8s.io certificatesigningrequests create,get,list,watch
         coordination.k8s.io leases create,delete,get,patch,update
         storage.k8s.io volumeattachments get
         - serviceaccounts/token create
         - persistentvolumeclaims/status get,patch,update
         storage.k8s.io csidrivers R
         storage.k8s.io csinodes create,delete,get,patch,update
         node.k8s.io runtimeclasses R
        system:node-bootstrapper
         certificates.k8s.io certificatesigningrequests create,get,list,watch
        system:node-proxier
         - endpoints,services list,watch
         - nodes R
         -,events.k8s.io events create,patch,update
         discovery.k8s.io endpointslices list,watch
         networking.k8s.io servicecidrs list,watch
        system:persistent-volume-provisioner
         - persistentvolumes create,delete,get,list,watch
         - persistentvolumeclaims get,list,update,watch
         storage.k8s.io storageclasses R
         - events watch
         -,events.k8s.io events create,patch,update
        system:public-info-viewer
         = /healthz,/livez,/readyz,/version,/version/ get
        system:service-account-issuer-discovery
         = /.well-known/openid-configuration,/openid/v1/jwks get
        system:volume-scheduler
         - persistentvolumes get,list,patch,update,watch
         storage.k8s.io storageclasses R
         - persistentvolumeclaims get,list,patch,update,watch
        """

    /// A line for each binding, which has its role's name: users, and groups behind an `@`.
    static let bindingsTable: String = """
        cluster-admin @system:masters
        system:basic-user @system:authenticated
        system:discovery @system:authenticated
        system:kube-controller-manager system:kube-controller-manager
        system:kube-scheduler system:kube-scheduler
        system:monitoring @system:monitoring
        system:node
        system:node-proxier system:kube-proxy
        system:public-info-viewer @system:authenticated @system:unauthenticated
        system:service-account-issuer-discovery @system:serviceaccounts
        system:volume-scheduler system:kube-scheduler
        """
}
