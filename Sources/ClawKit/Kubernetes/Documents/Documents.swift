/// # Documents
///
/// Kubernetes speaks JSON documents; this target holds them. It knows nothing of Kubernetes' kinds and does no I/O.
///
/// - ``JSON`` and ``JSONObject``: values and objects. What was parsed stays a compact run of bytes (`Packed/`) and is
///   read where it lies; an object that is changed becomes a list of members of its own, copied only when shared.
/// - ``JSONParser``, ``JSONWriter``: straight from and to bytes, with limits against hostile input; long lists on two
///   threads.
/// - ``DocumentView``: a typed struct over an object. Fields its type does not know stay in it, so a
///   get → edit → update round trip loses nothing, and what is absent stays absent.
/// - ``Schema``: field tables (types, list types, merge keys) that everything schema-driven reads.
