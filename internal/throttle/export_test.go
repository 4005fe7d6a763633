package throttle

// Canonical is for the tests that hold it against the database's.
var Canonical = canonical
