// Package slots answers what can be booked and who holds it. Its rules are
// pure: they take a day's capacity, what is taken, and now. The Booker puts
// them to work over a small Store, which keeps the promises that must hold
// whatever runs at once.
package slots
