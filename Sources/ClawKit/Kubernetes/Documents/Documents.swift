/// # Documents
///
/// Kubernetes speaks JSON documents; this target holds them. It knows nothing of Kubernetes' kinds and does no I/O.
///
/// - ``JSON`` and ``JSONObject``: a compact copy-on-write tree. Field names that Kubernetes knows are kept as
///   small numbers (``FieldKey``), so that a typed accessor compares integers, not strings.
/// - ``JSONParser``, ``JSONWriter``: straight from and to bytes, with limits against hostile input.
/// - ``DocumentView``: a typed struct over an object. Fields its type does not know stay in the tree, so a
///   get → edit → update round trip loses nothing, and what is absent stays absent.
/// - ``Schema``: field tables (types, list types, merge keys) that everything schema-driven reads.
