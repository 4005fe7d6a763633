//go:build unix && !linux

package localpg

import (
	"os/exec"
	"strconv"
	"syscall"
)

// dieWithParent has no counterpart outside Linux: see guard.
func dieWithParent(*syscall.SysProcAttr) {}

// guard starts a shell that waits for this process to end, which closes its standard input, and then sends the server SIGINT. It does
// what it can: where it does not come up, or is killed too, the server outlives a kill -9 of this process, and the next start on the
// same data says so.
func guard(pid int) (dismiss func()) {
	cmd := exec.Command("/bin/sh", "-c", `read -r _; kill -INT "$1"`, "guard", strconv.Itoa(pid))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return func() {}
	}
	if err := cmd.Start(); err != nil {
		return func() {}
	}
	return func() {
		cmd.Process.Kill()
		stdin.Close()
		cmd.Wait()
	}
}
