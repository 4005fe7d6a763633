package main

import (
	"bytes"
	"fmt"
	"os"
)

// What stands around the report in a file that it is written into.
const (
	reportBegins = "<!-- make bench writes what follows -->\n"
	reportEnds   = "<!-- up to here -->\n"
)

// checkMarkers finds out before anything is measured whether a file can take the
// report.
func checkMarkers(name string) error {
	text, err := os.ReadFile(name)
	if err == nil {
		_, err = insertReport(text, "")
	}
	if err != nil {
		return fmt.Errorf("-write: %s: %w", name, err)
	}
	return nil
}

// writeReport puts the report between the markers of a file.
func writeReport(name, report string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if text, err = insertReport(text, report); err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o644)
}

func insertReport(text []byte, report string) ([]byte, error) {
	before, rest, ok := bytes.Cut(text, []byte(reportBegins))
	_, after, ended := bytes.Cut(rest, []byte(reportEnds))
	if !ok || !ended {
		return nil, fmt.Errorf("want the lines %q and %q, for the report to stand between", reportBegins, reportEnds)
	}
	return fmt.Appendf(nil, "%s%s\n%s%s%s", before, reportBegins, report, reportEnds, after), nil
}
