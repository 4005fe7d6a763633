package machine

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// busy is how long the process of these tests computes.
const busy = 50 * time.Millisecond

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "compute" {
		compute()
		return
	}
	os.Exit(m.Run())
}

// compute works for a while, tells where it may run, and ends with its input.
func compute() {
	for {
		if used, err := usage(os.Getpid()); err != nil || used.CPU >= busy {
			break
		}
	}
	cpus, err := allowedCPUs()
	fmt.Println(cpus, err, runtime.GOMAXPROCS(0))
	EndWithInput(os.Stdin)
}

func TestProcess(t *testing.T) {
	cores := Choose()
	command := exec.Command(os.Args[0], "compute")
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	command.Stdout = writer
	p, err := cores.Start(command)
	writer.Close()
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(reader).ReadString('\n')
	want := fmt.Sprintf("[%d] <nil> 1\n", cores.Server)
	if err != nil || cores.Pinned && line != want {
		t.Errorf("runs on %q, %v, want %q", line, err, want)
	}
	used, err := p.Usage()
	if err != nil || used.CPU < busy || used.Memory < 1<<20 {
		t.Errorf("used %+v, %v", used, err)
	}
	in.Close()
	<-p.Ended()
	if err := p.Stop(); err != nil {
		t.Errorf("stopping what has ended: %v", err)
	}
}

func TestPinnedLeavesOthers(t *testing.T) {
	cores := Choose()
	if !cores.Pinned { // then nothing is moved, and the report says so
		ran := false
		if err := cores.onServer(func() error { ran = true; return nil }); err != nil || !ran || !strings.HasPrefix(cores.String(), "not pinned") {
			t.Errorf("%v: ran %v, %v", cores, ran, err)
		}
		return
	}
	var inside []int
	if err := cores.onServer(func() (err error) { inside, err = allowedCPUs(); return err }); err != nil {
		t.Fatal(err)
	}
	if len(inside) != 1 || inside[0] != cores.Server {
		t.Errorf("inside: %v", inside)
	}
	if outside := Choose(); outside != cores {
		t.Errorf("outside: %v, was %v", outside, cores)
	}
}
