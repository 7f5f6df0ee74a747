package site

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// startLimit is far above what a start takes; a slow machine that also compiles needs it.
const startLimit = 90 * time.Second

// Site is one running program.
type Site struct {
	URL  string // where it listens, without a slash at the end
	Data string // its folder

	t    testing.TB
	args []string
	env  []string
	cmd  *exec.Cmd
	out  *output
	done chan struct{}
}

// Options say how a site is started.
type Options struct {
	Args []string // the command and its flags; ["serve", "--demo"] if empty
	Env  []string // KEY=value beside the few that every program needs
	Data string   // the folder to go on with; if empty, one that holds the demo, or a new one if Args or Env ask for another site
	Base string   // the address that people use when it is not the one it listens on
}

// Start starts a site and waits until it is ready. It is stopped after the test; its log is shown when the test fails.
func Start(t testing.TB, o Options) *Site {
	t.Helper()
	switch {
	case o.Data != "":
	case len(o.Args) == 0 && len(o.Env) == 0:
		o.Data = copyOfDemo(t)
	default:
		o.Data = t.TempDir()
	}
	if len(o.Args) == 0 {
		o.Args = []string{"serve", "--demo"}
	}
	listen := FreeAddress(t)
	s := &Site{t: t, Data: o.Data, URL: "http://" + listen, args: append(o.Args, "--listen", listen), env: o.Env}
	if o.Base != "" {
		s.args = append(s.args, "--base-url", o.Base)
	}
	s.Restart()
	t.Cleanup(func() {
		s.Stop()
		if t.Failed() {
			t.Logf("log of %s:\n%s", s, s.out.tail(60))
		}
	})
	return s
}

// ports counts the ports that were given away. They lie below those that the system gives to outgoing connections, so
// that nobody takes the port of a site while it is down.
var ports atomic.Int32

// FreeAddress gives a loopback address on which nobody listens.
func FreeAddress(t testing.TB) string {
	t.Helper()
	const lowest, highest = 18_000, 28_000
	ports.CompareAndSwap(0, int32(rand.N(highest-lowest))) // other processes test too
	for range 100 {
		port := lowest + int(ports.Add(1))%(highest-lowest)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	t.Fatalf("no free port between %d and %d", lowest, highest)
	return ""
}

func (s *Site) String() string { return "manetomo " + strings.Join(s.args, " ") }

// Restart starts a stopped or killed site again: the same folder, the same address.
func (s *Site) Restart() {
	s.t.Helper()
	s.cmd, s.done, s.out = Command(s.t, s.Data, s.env, s.args...), make(chan struct{}), &output{}
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	cmd, done := s.cmd, s.done
	go func() { cmd.Wait(); close(done) }()
	ready := "/readyz"
	if s.args[0] == "demo-provider" {
		ready = "/.well-known/openid-configuration"
	}
	Eventually(s.t, startLimit, s.String()+" is ready", func() bool {
		select {
		case <-done:
			s.t.Fatalf("%s ended at once:\n%s", s, s.out.tail(60))
		default:
		}
		answer, err := http.Get(s.URL + ready)
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
}

// Command prepares the program with a folder and a clean environment, for commands beside a running site.
func Command(t testing.TB, data string, env []string, args ...string) *exec.Cmd {
	t.Helper()
	binary, err := Binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, args...)
	cmd.Dir = data
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir(), "MANETOMO_DATA=" + data}
	cache := os.Getenv("MANETOMO_PDFIUM_CACHE")
	if folder, err := os.UserCacheDir(); cache == "" && err == nil {
		cache = filepath.Join(folder, "manetomo-pdfium") // as the tests of internal/file do
	}
	cmd.Env = append(cmd.Env, "MANETOMO_PDFIUM_CACHE="+cache)
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

// Run runs an admin command beside the site and gives what it printed and its exit code.
func (s *Site) Run(args ...string) (out string, code int) {
	s.t.Helper()
	cmd := Command(s.t, s.Data, s.env, args...)
	text, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		s.t.Fatal(err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

// Log is what the site has printed since its last start.
func (s *Site) Log() string { return s.out.tail(1000) }

// Memory is the resident memory of the running program in MB.
func (s *Site) Memory() int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		s.t.Fatal(err)
	}
	var kb int
	if m := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(text); m != nil {
		fmt.Sscan(string(m[1]), &kb)
	}
	return kb / 1024
}

// Kill ends the program at once, as a power cut would end it.
func (s *Site) Kill() { s.end(syscall.SIGKILL) }

// Stop ends the program politely.
func (s *Site) Stop() { s.end(syscall.SIGTERM) }

func (s *Site) end(signal syscall.Signal) {
	s.cmd.Process.Signal(signal)
	select {
	case <-s.done:
	case <-time.After(20 * time.Second):
		s.cmd.Process.Kill()
		<-s.done
		s.t.Errorf("%s did not end after %v", s, signal)
	}
}

// Eventually waits until holds answers true.
func Eventually(t testing.TB, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(limit)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("waited %v in vain: %s", limit, what)
		case <-tick.C:
		}
	}
}

// output keeps what the program prints.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

// tail gives the last lines.
func (o *output) tail(n int) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	lines := strings.Split(strings.TrimRight(o.text.String(), "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
