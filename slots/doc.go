// Package slots decides what can be booked and who holds it. Its rules are pure:
// they take a day's capacity, what is taken, and now. The Booker applies them
// over a small Store, which guarantees what must hold under concurrency.
package slots
