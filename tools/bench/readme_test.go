package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWriteReport(t *testing.T) {
	name := filepath.Join(t.TempDir(), "README.md")
	const before, after = "# Title\n\n" + reportBegins, reportEnds + "\nMore.\n"
	if err := os.WriteFile(name, []byte(before+after), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := checkMarkers(name); err != nil {
		t.Fatal(err)
	}
	for _, report := range []string{"### First\n", "### Second\n\nwith more\n", ""} {
		if err := writeReport(name, report); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(name)
		if want := before + "\n" + report + after; err != nil || string(got) != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
}

func TestMarkersAreMissing(t *testing.T) {
	for _, text := range []string{"", reportBegins, reportEnds, reportEnds + reportBegins} {
		name := filepath.Join(t.TempDir(), "README.md")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := checkMarkers(name); err == nil {
			t.Errorf("took %q", text)
		}
	}
}
