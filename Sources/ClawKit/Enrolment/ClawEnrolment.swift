/// # Enrolment
///
/// The side of a program that is brought as capacity: ``CapacityMember`` enrols it with the platform, says that it is
/// alive, keeps its token or certificate, and takes leave.
// door
