// Package reports says how it goes at the centre: what is used of what is
// open, how long people wait, who does not come, what messages cost, what was
// asked for in vain, and what to expect. A figure is defined here and nowhere
// else; where its counts come from is a Source's business. docs/REPORTS.md
// explains every figure to whoever reads a report.
package reports
