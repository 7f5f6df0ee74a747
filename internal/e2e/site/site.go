package site

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
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
	Data string   // an existing folder to go on with; a new one if empty
}

// Start starts a site and waits until it is ready. It is stopped after the test; its log is shown when the test fails.
func Start(t testing.TB, o Options) *Site {
	t.Helper()
	if len(o.Args) == 0 {
		o.Args = []string{"serve", "--demo"}
	}
	if o.Data == "" {
		o.Data = t.TempDir()
	}
	s := &Site{t: t, Data: o.Data, args: append(o.Args, "--listen", "127.0.0.1:0"), env: o.Env}
	s.Restart()
	t.Cleanup(func() {
		s.Stop()
		if t.Failed() {
			t.Logf("log of %s:\n%s", strings.Join(s.args, " "), s.out.tail(60))
		}
	})
	return s
}

// Restart starts a stopped or killed site again: the same folder and, once it has one, the same address.
func (s *Site) Restart() {
	s.t.Helper()
	s.cmd, s.done = Command(s.t, s.Data, s.env, s.args...), make(chan struct{})
	s.out = &output{address: make(chan string, 1)}
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() { s.cmd.Wait(); close(s.done) }()
	select {
	case s.URL = <-s.out.address:
	case <-s.done:
		s.t.Fatalf("%s ended at once:\n%s", strings.Join(s.args, " "), s.out.tail(60))
	case <-time.After(startLimit):
		s.t.Fatalf("%s printed no address:\n%s", strings.Join(s.args, " "), s.out.tail(60))
	}
	// From now on it listens where people already look.
	s.args[len(s.args)-1] = strings.TrimPrefix(s.URL, "http://")
	if s.args[0] == "serve" {
		Eventually(s.t, startLimit, s.URL+"/readyz answers 200", func() bool {
			answer, err := http.Get(s.URL + "/readyz")
			if err != nil {
				return false
			}
			answer.Body.Close()
			return answer.StatusCode == http.StatusOK
		})
	}
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
	for _, name := range []string{"MANETOMO_PDFIUM_CACHE", "XDG_CACHE_HOME"} {
		if value := os.Getenv(name); value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
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
		s.t.Errorf("%s did not end after %v", strings.Join(s.args, " "), signal)
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

// output keeps what the program prints and finds its address in it.
type output struct {
	mu      sync.Mutex
	text    bytes.Buffer
	found   bool
	address chan string
}

var listening = regexp.MustCompile(`https?://(127\.0\.0\.1|localhost|\[::1\]):\d+`)

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(p)
	if o.found {
		return len(p), nil
	}
	lines := bufio.NewReader(bytes.NewReader(o.text.Bytes()))
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			return len(p), nil // wait for the whole line
		}
		if m := listening.FindString(line); m != "" && strings.Contains(line, "listening on") {
			o.found = true
			o.address <- m
			return len(p), nil
		}
	}
}

func (o *output) tail(n int) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	lines := strings.Split(strings.TrimRight(o.text.String(), "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
