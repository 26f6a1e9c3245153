// Package reports measures the centre: utilisation, waiting times, no-shows, the
// cost of messages, unmet demand, and a forecast. Figures are defined here and
// nowhere else; a Source supplies their counts. docs/REPORTS.md explains every
// figure to readers of reports.
package reports
