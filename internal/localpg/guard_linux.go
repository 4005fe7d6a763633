package localpg

import "syscall"

// dieWithParent has the kernel send SIGINT, Postgres' fast shutdown, when the thread that starts the process ends, with the whole of
// this process for instance: a kill -9 of it leaves no server behind.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }

// guard has nothing to do where there is dieWithParent.
func guard(int) (dismiss func()) { return func() {} }
